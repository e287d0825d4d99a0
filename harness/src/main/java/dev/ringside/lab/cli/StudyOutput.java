package dev.ringside.lab.cli;

import dev.ringside.lab.report.Attachment;
import dev.ringside.lab.report.ReportExtras;
import dev.ringside.lab.report.ReportFolder;
import dev.ringside.lab.report.trace.PerfettoTrace;
import dev.ringside.lab.study.Stage;
import dev.ringside.lab.study.StudyFolder;
import dev.ringside.lab.study.StudyResult;
import dev.ringside.lab.study.StudyRunner;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the folder of a study. */
final class StudyOutput {
  /** Up to so many points have a file for the distribution of each stage, others of the whole. */
  private static final int FEW_POINTS = 64;

  private StudyOutput() {}

  /**
   * Writes everything, or nothing.
   *
   * @param command that makes the same folder again
   * @param trace the point whose events are wanted, too
   */
  static void write(
      Path place, StudyRunner runner, StudyResult result, String command, @Nullable Integer trace)
      throws IOException {
    new StudyFolder(place)
        .write(
            result,
            folder -> {
              List<Attachment> attachments = new ArrayList<>();
              attachments.add(new Attachment("points.csv", "every point, a row each"));
              attachments.add(new Attachment("points.jsonl", "every point, a JSON object a line"));
              if (trace != null) {
                attachments.add(trace(folder, runner, trace));
              }
              Set<Stage> stages =
                  result.points().size() <= FEW_POINTS
                      ? EnumSet.allOf(Stage.class)
                      : EnumSet.of(Stage.TOTAL);
              ReportFolder.write(
                  folder,
                  result,
                  ReportExtras.NONE
                      .withCommand(command)
                      .withHistograms(stages)
                      .withAttachments(attachments));
            });
  }

  private static Attachment trace(Path folder, StudyRunner runner, int point) throws IOException {
    String file = "trace-point-%d.json".formatted(point);
    try (Writer writer = Files.newBufferedWriter(folder.resolve(file));
        PerfettoTrace trace = new PerfettoTrace(writer)) {
      runner.replay(point, trace);
    }
    return new Attachment(file, "the events of point %d, for ui.perfetto.dev".formatted(point));
  }
}
