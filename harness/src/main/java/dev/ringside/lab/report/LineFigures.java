package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Axis;
import dev.ringside.lab.report.plot.Dot;
import dev.ringside.lab.report.plot.LinePlot;
import dev.ringside.lab.report.plot.Series;
import dev.ringside.lab.report.plot.Series.Side;
import dev.ringside.lab.report.plot.Style;
import dev.ringside.lab.report.plot.Style.Stroke;
import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotSpec;
import dev.ringside.lab.study.Reference;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Metrics over a parameter: a line for each combination of the other parameters' values, what was
 * recorded elsewhere beside them, dashed and with open marks.
 */
final class LineFigures {
  /** More lines than this cannot be told apart. */
  private static final int MOST_LINES = 12;

  /** More lines than this, and a picture shows one metric. */
  private static final int LINES_OF_SEVERAL_METRICS = 3;

  private static final int CURVE_DOTS = 33;

  private static final String DEPTH = "queue-depth";

  private final PlotSpec spec;
  private final String parameter;
  private final ParameterAxis axis;
  private final Selection<Line> lines;
  private final List<Reference> references;

  LineFigures(PlotSpec spec, List<PointGroup> groups, List<Reference> references) {
    this.spec = spec;
    parameter = parameterOf(spec, groups);
    this.references =
        references.stream()
            .filter(reference -> reference.parameter().equals(parameter))
            .filter(reference -> metrics(spec).contains(reference.metric()))
            .toList();
    List<String> values = new ArrayList<>();
    groups.forEach(group -> values.add(group.value(parameter)));
    this.references.forEach(reference -> values.addAll(reference.values().keySet()));
    axis = ParameterAxis.of(parameter, values);
    lines = Selection.first(split(groups, others(groups)), MOST_LINES);
  }

  /** The metrics that stand over the parameter. */
  private static List<Metric> metrics(PlotSpec spec) {
    return switch (spec.kind()) {
      case LINES -> spec.metrics().isEmpty() ? List.of(Metric.THROUGHPUT) : spec.metrics();
      case KNEE -> List.of(Metric.THROUGHPUT, Metric.LATENCY_P50, Metric.LATENCY_P99);
      case NOTIFICATIONS ->
          spec.metrics().isEmpty()
              ? List.of(Metric.KICKS_PER_REQUEST, Metric.INTERRUPTS_PER_REQUEST)
              : spec.metrics();
      case THROUGHPUT_LATENCY,
          OCCUPANCY,
          BATCH_HISTOGRAM,
          LATENCY_STAGES,
          LATENCY_DISTRIBUTION,
          HEAT_MAP,
          TABLE ->
          List.of();
    };
  }

  private static String parameterOf(PlotSpec spec, List<PointGroup> groups) {
    String x = spec.x();
    if (x != null) {
      return x;
    }
    return groups.isEmpty() || groups.getFirst().values().isEmpty()
        ? ""
        : groups.getFirst().values().firstEntry().getKey();
  }

  /** Parameters that tell lines apart: the one asked for first, then all that vary besides. */
  private List<String> others(List<PointGroup> groups) {
    List<String> others = new ArrayList<>();
    String first = spec.series();
    if (first != null && !first.equals(parameter)) {
      others.add(first);
    }
    if (!groups.isEmpty()) {
      for (String one : groups.getFirst().values().keySet()) {
        boolean varies = groups.stream().map(group -> group.value(one)).distinct().count() > 1;
        if (varies && !one.equals(parameter) && !others.contains(one)) {
          others.add(one);
        }
      }
    }
    return others;
  }

  private List<Line> split(List<PointGroup> groups, List<String> others) {
    SequencedMap<String, Line> split = new LinkedHashMap<>();
    for (PointGroup group : groups) {
      String name = others.isEmpty() ? "" : group.title(others);
      split.computeIfAbsent(name, _ -> new Line(name, new ArrayList<>())).groups.add(group);
    }
    for (Line line : split.values()) {
      line.groups.sort(
          (a, b) -> Double.compare(axis.place(a.value(parameter)), axis.place(b.value(parameter))));
    }
    return List.copyOf(split.values());
  }

  String omission() {
    return lines.omission("lines", "the first ones; the table of all points has every one");
  }

  /** The metrics asked for: a picture for each unit, or two units on the two sides of one. */
  List<Panel> lines() {
    SequencedMap<Unit, List<Metric>> byUnit = new LinkedHashMap<>();
    for (Metric metric : metrics(spec)) {
      byUnit.computeIfAbsent(MetricWords.unit(metric), _ -> new ArrayList<>()).add(metric);
    }
    List<List<Metric>> units = List.copyOf(byUnit.values());
    if (units.size() == 2 && lines.chosen().size() <= 2) {
      return List.of(new Panel(plot(units.get(0), units.get(1), List.of(), List.of())));
    }
    return units.stream().flatMap(same -> legible(same).stream()).map(this::panel).toList();
  }

  /** Metrics of one unit stand in one picture only where their lines can be told apart. */
  private List<List<Metric>> legible(List<Metric> metrics) {
    return lines.chosen().size() <= LINES_OF_SEVERAL_METRICS
        ? List.of(metrics)
        : metrics.stream().map(List::of).toList();
  }

  private Panel panel(List<Metric> metrics) {
    return new Panel(plot(metrics, List.of(), List.of(), List.of()));
  }

  /** Throughput and latency on the two sides, with the knee of each line of throughput. */
  List<Panel> knee() {
    List<LinePlot.Note> notes = new ArrayList<>();
    for (Line line : lines.chosen()) {
      PointGroup knee = Knee.of(line.groups, group -> place(group), Metric.THROUGHPUT);
      if (knee != null && lines.chosen().size() == 1) {
        String text = "knee at " + knee.value(parameter);
        notes.add(new LinePlot.Note(Side.LEFT, place(knee), knee.mean(Metric.THROUGHPUT), text));
      }
    }
    List<Metric> latencies = List.of(Metric.LATENCY_P50, Metric.LATENCY_P99);
    if (lines.chosen().size() <= 2) {
      return List.of(new Panel(plot(List.of(Metric.THROUGHPUT), latencies, List.of(), notes)));
    }
    return List.of(
        panel(List.of(Metric.THROUGHPUT)),
        panel(List.of(Metric.LATENCY_P50)),
        panel(List.of(Metric.LATENCY_P99)));
  }

  private double place(PointGroup group) {
    return axis.place(group.value(parameter));
  }

  /** Kicks and interrupts per request, with the line of one over the parameter. */
  List<Panel> notifications() {
    return legible(metrics(spec)).stream()
        .map(some -> new Panel(plot(some, List.of(), oneOver(), List.of())))
        .toList();
  }

  /** A whole depth may share a notification, which is the law; nothing else may. */
  private List<Series> oneOver() {
    double least = axis.places().firstEntry().getValue();
    double largest = axis.places().lastEntry().getValue();
    if (!axis.numeric() || least <= 0 || !parameter.equals(DEPTH)) {
      return List.of();
    }
    List<Dot> dots = new ArrayList<>();
    for (int i = 0; i < CURVE_DOTS; i++) {
      double x = least * Math.pow(largest / least, i / (CURVE_DOTS - 1.0));
      dots.add(new Dot(x, 1 / x));
    }
    return List.of(new Series("1 / " + parameter, Style.REFERENCE, Side.LEFT, false, dots));
  }

  private LinePlot plot(
      List<Metric> left, List<Metric> right, List<Series> curves, List<LinePlot.Note> notes) {
    List<Series> series = new ArrayList<>();
    int metrics = left.size() + right.size();
    Map<Metric, Integer> colours = new EnumMap<>(Metric.class);
    for (Metric metric : left) {
      addLines(series, metric, Side.LEFT, metrics, colours);
    }
    for (Metric metric : right) {
      addLines(series, metric, Side.RIGHT, metrics, colours);
    }
    left.forEach(metric -> addReferences(series, metric, Side.LEFT, colours));
    right.forEach(metric -> addReferences(series, metric, Side.RIGHT, colours));
    series.addAll(curves);
    Axis leftAxis = valueAxis(left, series, Side.LEFT);
    @Nullable Axis rightAxis = right.isEmpty() ? null : valueAxis(right, series, Side.RIGHT);
    return new LinePlot(spec.title(), axis.axis(), leftAxis, rightAxis, series, notes);
  }

  private static Axis valueAxis(List<Metric> metrics, List<Series> series, Side side) {
    Unit unit = MetricWords.unit(metrics.getFirst());
    DoubleStream values = ValueAxis.values(series, side);
    return ValueAxis.of(MetricWords.title(metrics), unit, values);
  }

  /** Colours tell lines apart; where there is one line, they tell its metrics apart. */
  private void addLines(
      List<Series> series, Metric metric, Side side, int metrics, Map<Metric, Integer> colours) {
    int number = colours.size();
    colours.put(metric, number);
    List<Line> drawn = lines.chosen();
    for (int i = 0; i < drawn.size(); i++) {
      boolean single = drawn.size() == 1;
      Stroke stroke = single ? Stroke.SOLID : strokeOf(number);
      Style style = Style.measured(single ? number : i).withStroke(stroke);
      String name = name(drawn.get(i).name, metric, metrics);
      series.add(new Series(name, style, side, true, dots(drawn.get(i), metric)));
    }
  }

  private static Stroke strokeOf(int metric) {
    return switch (metric) {
      case 0 -> Stroke.SOLID;
      case 1 -> Stroke.DASHED;
      default -> Stroke.DOTTED;
    };
  }

  private static String name(String line, Metric metric, int metrics) {
    String title = MetricWords.title(metric);
    if (line.isEmpty()) {
      return title;
    }
    return metrics == 1 ? line : "%s, %s".formatted(title, line);
  }

  private List<Dot> dots(Line line, Metric metric) {
    List<Dot> dots = new ArrayList<>();
    for (PointGroup group : line.groups) {
      dots.add(
          new Dot(
              place(group),
              group.mean(metric),
              group.least(metric),
              group.largest(metric),
              "",
              tooltip(group, metric)));
    }
    return dots;
  }

  private static String tooltip(PointGroup group, Metric metric) {
    Unit unit = MetricWords.unit(metric);
    String value =
        "%s: %s %s"
            .formatted(group.title(), MetricWords.title(metric), unit.format(group.mean(metric)));
    if (group.runs().size() == 1) {
      return value;
    }
    return "%s (%s to %s in %d repetitions)"
        .formatted(
            value,
            unit.format(group.least(metric)),
            unit.format(group.largest(metric)),
            group.runs().size());
  }

  private void addReferences(
      List<Series> series, Metric metric, Side side, Map<Metric, Integer> colours) {
    for (Reference reference : references) {
      if (reference.metric() != metric) {
        continue;
      }
      List<Dot> dots = new ArrayList<>();
      for (Map.Entry<String, Double> one : reference.values().entrySet()) {
        double x = axis.place(one.getKey());
        String value = MetricWords.unit(metric).format(one.getValue());
        String tooltip =
            "%s, %s=%s: %s %s"
                .formatted(
                    reference.name(), parameter, one.getKey(), MetricWords.title(metric), value);
        double y = one.getValue();
        dots.add(new Dot(x, y, y, y, "", tooltip));
      }
      int colour = colourBeside(reference, colours.getOrDefault(metric, 0));
      String name =
          colours.size() > 1
              ? "%s, %s".formatted(MetricWords.title(metric), reference.name())
              : reference.name();
      series.add(new Series(name, Style.recorded(colour), side, true, dots));
    }
  }

  /** The colour of the line that the recording is comparable with. */
  private int colourBeside(Reference reference, int metric) {
    List<Line> drawn = lines.chosen();
    if (drawn.size() == 1) {
      return metric;
    }
    for (int i = 0; i < drawn.size(); i++) {
      if (drawn.get(i).groups.stream()
          .anyMatch(group -> reference.isComparableWith(group.runs().getFirst().point()))) {
        return i;
      }
    }
    return drawn.size();
  }

  /** Throughput against latency, a mark for each value of the parameter. */
  List<Panel> throughputLatency() {
    List<Metric> metrics =
        spec.metrics().isEmpty() ? List.of(Metric.LATENCY_P50, Metric.LATENCY_P99) : spec.metrics();
    return legible(metrics).stream().map(some -> new Panel(against(some))).toList();
  }

  private LinePlot against(List<Metric> metrics) {
    List<Series> series = new ArrayList<>();
    List<Line> drawn = lines.chosen();
    for (int number = 0; number < metrics.size(); number++) {
      Metric metric = metrics.get(number);
      for (int i = 0; i < drawn.size(); i++) {
        boolean single = drawn.size() == 1;
        Style style = Style.measured(single ? number : i);
        Stroke stroke = single ? Stroke.SOLID : strokeOf(number);
        String name = name(drawn.get(i).name, metric, metrics.size());
        List<Dot> dots = against(drawn.get(i), metric);
        series.add(new Series(name, style.withStroke(stroke), Side.LEFT, true, dots));
      }
    }
    DoubleStream throughputs =
        series.stream().flatMapToDouble(one -> one.dots().stream().mapToDouble(Dot::x));
    Axis bottom = ValueAxis.of("throughput", Unit.PER_SECOND, throughputs);
    return new LinePlot(spec.title(), bottom, valueAxis(metrics, series, Side.LEFT), series);
  }

  private List<Dot> against(Line line, Metric metric) {
    List<Dot> dots = new ArrayList<>();
    for (PointGroup group : line.groups) {
      double y = group.mean(metric);
      String tooltip =
          "%s at %s"
              .formatted(
                  tooltip(group, metric), Unit.PER_SECOND.format(group.mean(Metric.THROUGHPUT)));
      dots.add(new Dot(group.mean(Metric.THROUGHPUT), y, y, y, group.value(parameter), tooltip));
    }
    return dots;
  }

  private record Line(String name, List<PointGroup> groups) {}
}
