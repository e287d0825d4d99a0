package dev.ringside.lab.report;

import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.Stage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Distributions as HdrHistogram's percentile text, in nanoseconds, for its plotter and others that
 * read it. A distribution without values makes no file.
 */
final class HistogramFiles {
  static final String FOLDER = "hgrm";

  private static final int STEPS_PER_HALVING = 5;

  private HistogramFiles() {}

  /** Writes {@code point-0007-total.hgrm} and so on; returns how many there are. */
  static int write(Path folder, List<PointResult> points, Set<Stage> stages) throws IOException {
    int files = 0;
    for (PointResult point : points) {
      for (Stage stage : stages) {
        Histogram latency = point.latency().get(stage);
        if (latency != null && latency.getTotalCount() > 0) {
          Files.createDirectories(folder);
          String name = "point-%04d-%s.hgrm".formatted(point.point().number(), stage.label());
          try (PrintStream out =
              new PrintStream(folder.resolve(name).toFile(), StandardCharsets.UTF_8)) {
            latency.outputPercentileDistribution(out, STEPS_PER_HALVING, 1.0);
            if (out.checkError()) {
              throw new IOException("could not write " + folder.resolve(name));
            }
          }
          files++;
        }
      }
    }
    return files;
  }
}
