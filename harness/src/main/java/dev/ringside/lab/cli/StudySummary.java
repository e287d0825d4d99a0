package dev.ringside.lab.cli;

import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.StudyResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A study as a table that a person reads: the first points of it, and the laws that were broken.
 */
final class StudySummary {
  private static final int MOST_ROWS = 40;

  private StudySummary() {}

  static void print(PrintWriter out, StudyResult result, Path place) {
    out.printf("%s: %s%n", result.experiment().name(), result.experiment().title());
    List<String> parameters = List.copyOf(result.experiment().varied().keySet());
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("point"));
    head.addAll(parameters);
    head.addAll(
        List.of("requests/s", "mean", "p50", "p99", "kicks/req", "irqs/req", "in ring", "laws"));
    rows.add(head);
    for (PointResult point : result.points().stream().limit(MOST_ROWS).toList()) {
      rows.add(row(point, parameters));
    }
    printAligned(out, rows);
    int more = result.points().size() - MOST_ROWS;
    if (more > 0) {
      out.printf("  ... and %d more%n", more);
    }
    for (PointResult point : result.points()) {
      for (Check check : point.checks()) {
        if (!check.holds()) {
          out.printf(
              Locale.ROOT,
              "  point %d breaks '%s': expected %.6g, measured %.6g (%s)%n",
              point.point().number(),
              check.law(),
              check.expected(),
              check.measured(),
              check.remark());
        }
      }
    }
    for (Check check : result.checks()) {
      out.printf(
          Locale.ROOT,
          "  %s: expected %.6g, measured %.6g, %s (%s)%n",
          check.law(),
          check.expected(),
          check.measured(),
          check.holds() ? "ok" : "BROKEN",
          check.remark());
    }
    result.remarks().forEach(remark -> out.println("  " + remark));
    out.printf("  %d points in %s%n%n", result.points().size(), place);
  }

  private static List<String> row(PointResult point, List<String> parameters) {
    List<String> row = new ArrayList<>();
    row.add(Integer.toString(point.point().number()));
    parameters.forEach(parameter -> row.add(point.point().value(parameter)));
    row.add(number(point.metric(Metric.THROUGHPUT), "%,.0f"));
    for (Metric latency : List.of(Metric.LATENCY_MEAN, Metric.LATENCY_P50, Metric.LATENCY_P99)) {
      row.add(
          Double.isNaN(point.metric(latency))
              ? "-"
              : Quantity.nanoseconds((long) point.metric(latency)));
    }
    row.add(number(point.metric(Metric.KICKS_PER_REQUEST), "%.4f"));
    row.add(number(point.metric(Metric.INTERRUPTS_PER_REQUEST), "%.4f"));
    row.add(number(point.metric(Metric.OCCUPANCY_MEAN), "%.2f"));
    row.add(point.obeysAllLaws() ? "ok" : "BROKEN");
    return row;
  }

  private static String number(double value, String format) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
  }

  private static void printAligned(PrintWriter out, List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int column = 0; column < columns; column++) {
        line.append(' ').append(" ".repeat(widths[column] - row.get(column).length()));
        line.append(row.get(column));
      }
      out.println(line);
    }
  }
}
