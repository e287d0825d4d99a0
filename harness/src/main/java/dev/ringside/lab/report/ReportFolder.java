package dev.ringside.lab.report;

import dev.ringside.lab.study.StudyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of one study. */
public final class ReportFolder {
  /** The page's name within the folder. */
  public static final String PAGE = "report.html";

  private ReportFolder() {}

  /** Writes the page alone. */
  public static void write(Path folder, StudyResult result) throws IOException {
    write(folder, result, ReportExtras.NONE);
  }

  /**
   * Writes {@link #PAGE}, and below {@code hgrm/} the distributions that {@code extras} asks for.
   * Files of those names are replaced.
   *
   * @param folder must exist
   */
  public static void write(Path folder, StudyResult result, ReportExtras extras)
      throws IOException {
    Path distributions = folder.resolve(HistogramFiles.FOLDER);
    int files = HistogramFiles.write(distributions, result.points(), extras.histograms());
    List<Attachment> attachments = new ArrayList<>(extras.attachments());
    if (files > 0) {
      String description = "%d latency distributions in HdrHistogram's text".formatted(files);
      attachments.add(new Attachment(HistogramFiles.FOLDER + "/", description));
    }
    String page = ReportPage.of(result, extras.withAttachments(attachments));
    Files.writeString(folder.resolve(PAGE), page);
  }
}
