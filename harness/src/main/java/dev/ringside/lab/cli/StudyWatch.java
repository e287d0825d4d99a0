package dev.ringside.lab.cli;

import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.StudyProgress;
import dev.ringside.lab.study.StudyRunner;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.TreeMap;

/**
 * The points of a study in a terminal, as they end: throughput as a bar, the latest ones of them
 * all, drawn over themselves. Without a terminal, a line each.
 */
final class StudyWatch implements StudyProgress {
  private static final int ROWS = 20;
  private static final int BAR = 30;
  private static final String CLEAR_LINE = "\033[2K";
  private static final String BLOCKS = " ▏▎▍▌▋▊▉█";

  // Java cannot tell; the launcher can.
  private final boolean terminal = Boolean.getBoolean("ringside.stderr.terminal");

  private final PrintWriter out;
  private final StudyRunner runner;
  private final TreeMap<Integer, PointResult> ended = new TreeMap<>();
  private int drawn;

  StudyWatch(PrintWriter out, StudyRunner runner) {
    this.out = out;
    this.runner = runner;
  }

  @Override
  public void ended(PointResult result) {
    ended.put(result.point().number(), result);
    if (terminal) {
      draw();
    } else {
      out.println(line(result, result.metric(Metric.THROUGHPUT)));
    }
    out.flush();
  }

  private void draw() {
    if (drawn > 0) {
      out.printf("\033[%dA", drawn);
    }
    double most =
        ended.values().stream()
            .mapToDouble(point -> point.metric(Metric.THROUGHPUT))
            .max()
            .orElse(1);
    out.printf(
        "%s%s: %d of %d points%n",
        CLEAR_LINE, runner.experiment().name(), ended.size(), runner.points());
    drawn = 1;
    for (PointResult point : ended.descendingMap().values().stream().limit(ROWS).toList()) {
      out.println(CLEAR_LINE + line(point, most));
      drawn++;
    }
  }

  private static String line(PointResult point, double most) {
    double throughput = point.metric(Metric.THROUGHPUT);
    return String.format(
        Locale.ROOT,
        "%5d  %-40s %s %,12.0f/s  p99 %-8s  kicks/req %.3f  %s",
        point.point().number(),
        point.point().title(),
        bar(throughput / most),
        throughput,
        Quantity.nanoseconds((long) point.metric(Metric.LATENCY_P99)),
        point.metric(Metric.KICKS_PER_REQUEST),
        point.obeysAllLaws() ? "" : "BROKEN LAW");
  }

  private static String bar(double share) {
    int eighths = (int) Math.round(Math.clamp(share, 0.0, 1.0) * BAR * 8);
    StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
    if (eighths % 8 > 0) {
      bar.append(BLOCKS.charAt(eighths % 8));
    }
    return bar + " ".repeat(BAR - bar.length());
  }
}
