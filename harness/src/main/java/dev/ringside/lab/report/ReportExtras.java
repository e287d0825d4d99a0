package dev.ringside.lab.report;

import dev.ringside.lab.study.Stage;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a report says beyond its result.
 *
 * @param command how to run it again; may be empty
 * @param provenance machine, version and kind of time, a line; may be empty
 * @param histograms stages whose distributions are written as files, one for each point
 * @param attachments other files in the folder
 * @param runs single runs, drawn as timelines
 */
public record ReportExtras(
    String command,
    String provenance,
    Set<Stage> histograms,
    List<Attachment> attachments,
    List<RunEvents> runs) {
  /** Nothing beyond the result. */
  public static final ReportExtras NONE = new ReportExtras("", "", Set.of(), List.of(), List.of());

  /** Takes copies. */
  public ReportExtras {
    Set<Stage> inOrder = EnumSet.noneOf(Stage.class);
    inOrder.addAll(histograms);
    histograms = Collections.unmodifiableSet(inOrder);
    attachments = List.copyOf(attachments);
    runs = List.copyOf(runs);
  }

  /** The same with a command. */
  public ReportExtras withCommand(String other) {
    return new ReportExtras(other, provenance, histograms, attachments, runs);
  }

  /** The same with a line on where it comes from. */
  public ReportExtras withProvenance(String other) {
    return new ReportExtras(command, other, histograms, attachments, runs);
  }

  /** The same with files of those stages' distributions. */
  public ReportExtras withHistograms(Set<Stage> other) {
    return new ReportExtras(command, provenance, other, attachments, runs);
  }

  /** The same with links to those files. */
  public ReportExtras withAttachments(List<Attachment> other) {
    return new ReportExtras(command, provenance, histograms, other, runs);
  }

  /** The same with timelines of those runs. */
  public ReportExtras withRuns(List<RunEvents> other) {
    return new ReportExtras(command, provenance, histograms, attachments, other);
  }
}
