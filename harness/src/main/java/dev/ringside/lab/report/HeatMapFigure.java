package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.HeatMap;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotSpec;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A metric over two parameters: a map for each metric and each value of the others. */
final class HeatMapFigure {
  private static final int MOST_MAPS = 6;

  private HeatMapFigure() {}

  static Figure of(PlotSpec spec, List<PointGroup> groups) {
    List<String> varied =
        groups.isEmpty() ? List.of() : List.copyOf(groups.getFirst().values().keySet());
    String x = orElse(spec.x(), varied, 0);
    String y = orElse(spec.y(), varied, 1);
    List<String> others = varied.stream().filter(one -> !one.equals(x) && !one.equals(y)).toList();
    SequencedMap<String, List<PointGroup>> split = new LinkedHashMap<>();
    for (PointGroup group : groups) {
      String name = others.isEmpty() ? "" : group.title(others);
      split.computeIfAbsent(name, _ -> new ArrayList<>()).add(group);
    }
    List<Metric> metrics = spec.metrics().isEmpty() ? List.of(Metric.THROUGHPUT) : spec.metrics();
    List<Panel> maps = new ArrayList<>();
    for (Metric metric : metrics) {
      // One scale of colours for all maps of a metric, or they would not compare.
      DoubleSummaryStatistics range =
          groups.stream()
              .mapToDouble(group -> group.mean(metric))
              .filter(Double::isFinite)
              .summaryStatistics();
      split.forEach(
          (name, part) -> maps.add(new Panel(name, map(spec, x, y, part, metric, range))));
    }
    Selection<Panel> chosen = Selection.first(maps, MOST_MAPS);
    String omission = chosen.omission("maps", "the first ones");
    return new Figure(spec.title(), chosen.chosen(), "", spec.note(), omission);
  }

  private static String orElse(@Nullable String asked, List<String> varied, int number) {
    if (asked != null) {
      return asked;
    }
    return number < varied.size() ? varied.get(number) : "";
  }

  private static HeatMap map(
      PlotSpec spec,
      String x,
      String y,
      List<PointGroup> groups,
      Metric metric,
      DoubleSummaryStatistics range) {
    List<String> columns = names(x, groups);
    List<String> rows = names(y, groups);
    List<List<Double>> values = new ArrayList<>();
    for (String row : rows) {
      List<Double> line = new ArrayList<>();
      for (String column : columns) {
        line.add(
            groups.stream()
                .filter(group -> group.value(x).equals(column) && group.value(y).equals(row))
                .mapToDouble(group -> group.mean(metric))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN));
      }
      values.add(line);
    }
    String title = MetricWords.title(metric);
    return new HeatMap(
        spec.title(),
        x,
        y,
        columns,
        rows,
        title,
        MetricWords.unit(metric),
        values,
        range.getMin(),
        range.getMax());
  }

  private static List<String> names(String parameter, List<PointGroup> groups) {
    List<String> all = groups.stream().map(group -> group.value(parameter)).toList();
    return List.copyOf(ParameterAxis.of(parameter, all).places().keySet());
  }
}
