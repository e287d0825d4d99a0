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
 * all, drawn over themselves. Without a terminal that can do so, a line each.
 */
final class StudyWatch implements StudyProgress {
  private static final int ROWS = 20;
  private static final int BAR = 16;
  private static final int TITLE = 26;
  private static final String CLEAR_LINE = "\033[2K";

  // A line that is too long is cut: in two, it would take a row that nobody counted.
  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";

  private static final String BLOCKS = " ▏▎▍▌▋▊▉█";

  private final boolean drawing = canDraw();
  private final PrintWriter out;
  private final StudyRunner runner;
  private final TreeMap<Integer, PointResult> ended = new TreeMap<>();
  private int drawn;

  StudyWatch(PrintWriter out, StudyRunner runner) {
    this.out = out;
    this.runner = runner;
  }

  /** Whether escape sequences do what they say. */
  private static boolean canDraw() {
    // Java cannot tell whether it is a terminal; the launcher can.
    return Boolean.getBoolean("ringside.stderr.terminal") && !"dumb".equals(System.getenv("TERM"));
  }

  @Override
  public void ended(PointResult result) {
    ended.put(result.point().number(), result);
    if (drawing) {
      draw();
    } else {
      out.println(line(result, ""));
    }
    out.flush();
  }

  /** At once, so that whoever stops the program stops it between two pictures. */
  private void draw() {
    StringBuilder picture = new StringBuilder(NO_WRAP);
    if (drawn > 0) {
      picture.append("\033[").append(drawn).append('A');
    }
    double most =
        ended.values().stream()
            .mapToDouble(point -> point.metric(Metric.THROUGHPUT))
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    picture.append(
        String.format(
            Locale.ROOT,
            "%s%s: %d of %d points%n",
            CLEAR_LINE,
            runner.experiment().name(),
            ended.size(),
            runner.points()));
    drawn = 1;
    for (PointResult point : ended.descendingMap().values().stream().limit(ROWS).toList()) {
      String bar = bar(point.metric(Metric.THROUGHPUT) / most) + " ";
      picture.append(CLEAR_LINE).append(line(point, bar)).append(System.lineSeparator());
      drawn++;
    }
    out.print(picture.append(WRAP));
  }

  private static String line(PointResult point, String bar) {
    double throughput = point.metric(Metric.THROUGHPUT);
    return String.format(
            Locale.ROOT,
            "%5d  %-" + TITLE + "s %s%13s  p99 %-8s %5.3f kicks/req  %s",
            point.point().number(),
            shortened(point.point().title()),
            bar,
            Double.isFinite(throughput)
                ? String.format(Locale.ROOT, "%,.0f/s", throughput)
                : "no time",
            Quantity.nanoseconds((long) point.metric(Metric.LATENCY_P99)),
            point.metric(Metric.KICKS_PER_REQUEST),
            point.obeysAllLaws() ? "" : "BROKEN LAW")
        .stripTrailing();
  }

  private static String shortened(String title) {
    return title.length() <= TITLE ? title : title.substring(0, TITLE - 1) + "…";
  }

  private static String bar(double share) {
    int eighths =
        (int) Math.round((Double.isFinite(share) ? Math.clamp(share, 0.0, 1.0) : 0) * BAR * 8);
    StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
    if (eighths % 8 > 0) {
      bar.append(BLOCKS.charAt(eighths % 8));
    }
    return bar + " ".repeat(BAR - bar.length());
  }
}
