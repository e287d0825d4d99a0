package dev.ringside.lab.report;

import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotSpec;
import java.util.ArrayList;
import java.util.List;

/** Chosen metrics as a table: a row for each combination of values, means over repetitions. */
final class MetricTable {
  private static final List<Metric> USUAL =
      List.of(
          Metric.THROUGHPUT,
          Metric.LATENCY_P50,
          Metric.LATENCY_P99,
          Metric.KICKS_PER_REQUEST,
          Metric.INTERRUPTS_PER_REQUEST);

  private MetricTable() {}

  static String of(PlotSpec spec, List<PointGroup> groups) {
    List<Metric> metrics = spec.metrics().isEmpty() ? USUAL : spec.metrics();
    List<MetricColumn> columns = new ArrayList<>();
    for (Metric metric : metrics) {
      columns.add(
          MetricColumn.of(metric, groups.stream().mapToDouble(group -> group.mean(metric))));
    }
    HtmlTable table = new HtmlTable("", spec.title());
    List<String> parameters = List.copyOf(groups.getFirst().values().keySet());
    parameters.forEach(parameter -> table.column(parameter, false));
    columns.forEach(column -> table.column(column.head(), true));
    table.body();
    for (PointGroup group : groups) {
      List<String> cells = new ArrayList<>();
      parameters.forEach(parameter -> cells.add(group.value(parameter)));
      columns.forEach(column -> cells.add(column.cell(group.mean(column.metric()))));
      table.row("", cells);
    }
    return "<div class=\"scroll\">" + table.close() + "</div>";
  }
}
