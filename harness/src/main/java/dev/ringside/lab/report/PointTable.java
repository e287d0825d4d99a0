package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Markup;
import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PointResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Every point with all its metrics. Metrics that nobody measured, and those that are the same
 * everywhere, take a line below the table instead of a column.
 */
final class PointTable {
  private PointTable() {}

  static String of(List<PointResult> points) {
    List<MetricColumn> columns = new ArrayList<>();
    List<String> unmeasured = new ArrayList<>();
    List<String> constant = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      MetricColumn column =
          MetricColumn.of(metric, points.stream().mapToDouble(point -> point.metric(metric)));
      if (points.stream().noneMatch(point -> Double.isFinite(point.metric(metric)))) {
        unmeasured.add(MetricWords.title(metric));
      } else if (points.size() > 1
          && column.isConstant(points.stream().mapToDouble(point -> point.metric(metric)))) {
        String value = MetricWords.unit(metric).format(points.getFirst().metric(metric));
        constant.add("%s %s".formatted(MetricWords.title(metric), value));
      } else {
        columns.add(column);
      }
    }
    StringBuilder out = new StringBuilder();
    out.append("<div class=\"scroll tall\">");
    out.append(table(points, columns)).append("</div>\n");
    line(out, "The same at every point", constant);
    line(out, "Not measured", unmeasured);
    return out.toString();
  }

  private static void line(StringBuilder out, String what, List<String> names) {
    if (!names.isEmpty()) {
      out.append("<p class=\"small\">").append(what).append(": ");
      Markup.escape(String.join("; ", names), out);
      out.append(".</p>\n");
    }
  }

  private static String table(List<PointResult> points, List<MetricColumn> columns) {
    boolean repeated = points.stream().anyMatch(point -> point.point().repetition() > 0);
    boolean hashed = points.stream().anyMatch(point -> !point.runHash().isEmpty());
    boolean broken = points.stream().anyMatch(point -> !point.obeysAllLaws());
    List<String> parameters = List.copyOf(points.getFirst().point().values().keySet());
    HtmlTable table = new HtmlTable("sortable", "All points");
    table.column("#", true);
    parameters.forEach(parameter -> table.column(parameter, false));
    if (repeated) {
      table.column("repetition", true);
    }
    if (broken) {
      table.column("broken laws", false);
    }
    columns.forEach(column -> table.column(column.head(), true));
    if (hashed) {
      table.column("run hash", false);
    }
    table.body();
    for (PointResult point : points) {
      List<String> cells = new ArrayList<>();
      cells.add(Integer.toString(point.point().number()));
      parameters.forEach(
          parameter -> cells.add(point.point().values().getOrDefault(parameter, "")));
      if (repeated) {
        cells.add(Integer.toString(point.point().repetition()));
      }
      if (broken) {
        cells.add(brokenLaws(point));
      }
      columns.forEach(column -> cells.add(column.cell(point.metric(column.metric()))));
      if (hashed) {
        cells.add(point.runHash());
      }
      table.row(point.obeysAllLaws() ? "" : "broken", cells);
    }
    return table.close();
  }

  private static String brokenLaws(PointResult point) {
    return String.join(
        ", ", point.checks().stream().filter(check -> !check.holds()).map(Check::law).toList());
  }
}
