package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Axis;
import dev.ringside.lab.report.plot.Dot;
import dev.ringside.lab.report.plot.HistogramRows;
import dev.ringside.lab.report.plot.LinePlot;
import dev.ringside.lab.report.plot.LinearScale;
import dev.ringside.lab.report.plot.PercentileScale;
import dev.ringside.lab.report.plot.Plot;
import dev.ringside.lab.report.plot.Series;
import dev.ringside.lab.report.plot.Series.Side;
import dev.ringside.lab.report.plot.StackedBars;
import dev.ringside.lab.report.plot.Style;
import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.PlotSpec;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.Stage;
import dev.ringside.lab.study.TimeSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * What happened within points: a line, a bar or a row for each. Where a parameter along the axis is
 * asked for, there is a picture for each combination of the others.
 */
final class DistributionFigures {
  private static final int MOST_PICTURES = 3;
  private static final int MOST_LINES = 8;
  private static final int MOST_BARS = 24;
  private static final int MOST_ROWS = 8;
  private static final String EVEN = "at even distances";

  private static final double HIGHEST_PERCENTILE = 99.9999;
  private static final double LOWEST_END_OF_PERCENTILES = 99;
  private static final int PERCENTILE_DOTS = 72;

  private final PlotSpec spec;
  private final List<PointGroup> groups;

  DistributionFigures(PlotSpec spec, List<PointGroup> groups) {
    this.spec = spec;
    this.groups = groups;
  }

  /** The ring's occupancy over the time of each point's first repetition. */
  Figure occupancy() {
    List<PointGroup> measured =
        groups.stream().filter(group -> !occupancy(group).means().isEmpty()).toList();
    return figure(measured, MOST_LINES, "lines", this::occupancyOf);
  }

  private Plot occupancyOf(Part part) {
    List<Series> series = new ArrayList<>();
    double end = 0;
    for (PointGroup group : part.groups) {
      TimeSeries occupancy = occupancy(group);
      List<Dot> dots = new ArrayList<>();
      for (int i = 0; i < occupancy.means().size(); i++) {
        dots.add(new Dot((i + 0.5) * occupancy.intervalNs(), occupancy.means().get(i)));
      }
      end = Math.max(end, occupancy.means().size() * (double) occupancy.intervalNs());
      series.add(curve(part.name(group), series.size(), dots));
    }
    Axis bottom = new Axis("time", new LinearScale(0, end > 0 ? end : 1, Unit.NANOSECONDS));
    Axis left =
        ValueAxis.linear("requests in the ring", Unit.NUMBER, ValueAxis.values(series, Side.LEFT));
    return new LinePlot(spec.title(), bottom, left, series);
  }

  private static TimeSeries occupancy(PointGroup group) {
    return group.runs().getFirst().occupancy();
  }

  private static Series curve(String name, int number, List<Dot> dots) {
    return new Series(name, Style.measured(number), Side.LEFT, false, dots);
  }

  /** Latency by percentile, with all repetitions of a point in one line. */
  Figure latencyDistribution() {
    List<PointGroup> measured =
        groups.stream().filter(group -> group.hasLatency(Stage.TOTAL)).toList();
    return figure(measured, MOST_LINES, "lines", this::latencyDistributionOf);
  }

  private Plot latencyDistributionOf(Part part) {
    List<Series> series = new ArrayList<>();
    double highest = LOWEST_END_OF_PERCENTILES;
    for (PointGroup group : part.groups) {
      Histogram latency = group.latency(Stage.TOTAL);
      if (latency != null) {
        double last = Math.min(HIGHEST_PERCENTILE, 100 - 100.0 / latency.getTotalCount());
        highest = Math.max(highest, last);
        series.add(curve(part.name(group), series.size(), percentiles(latency, last)));
      }
    }
    Axis bottom = new Axis("percentile", new PercentileScale(highest));
    Axis left = ValueAxis.of("latency", Unit.NANOSECONDS, ValueAxis.values(series, Side.LEFT));
    return new LinePlot(spec.title(), bottom, left, series);
  }

  private static List<Dot> percentiles(Histogram latency, double last) {
    double nines = -Math.log10(1 - last / 100);
    List<Dot> dots = new ArrayList<>();
    for (int i = 0; i <= PERCENTILE_DOTS && nines > 0; i++) {
      double percentile = 100 * (1 - Math.pow(10, -nines * i / PERCENTILE_DOTS));
      dots.add(new Dot(percentile, latency.getValueAtPercentile(percentile)));
    }
    return dots;
  }

  /** The mean latency of each point by stage. */
  Figure latencyStages() {
    List<PointGroup> measured =
        groups.stream().filter(group -> group.hasLatency(Stage.TOTAL)).toList();
    return figure(measured, MOST_BARS, "bars", this::latencyStagesOf);
  }

  private Plot latencyStagesOf(Part part) {
    List<Stage> stages =
        Arrays.stream(Stage.values()).filter(stage -> stage != Stage.TOTAL).toList();
    List<StackedBars.Bar> bars = new ArrayList<>();
    double longest = 0;
    for (PointGroup group : part.groups) {
      List<Double> means = new ArrayList<>();
      for (Stage stage : stages) {
        Histogram latency = group.latency(stage);
        means.add(latency == null ? 0 : latency.getMean());
      }
      longest = Math.max(longest, means.stream().mapToDouble(mean -> mean).sum());
      bars.add(new StackedBars.Bar(part.name(group), means));
    }
    Axis bottom = new Axis("mean latency", LinearScale.fromZero(0, longest, Unit.NANOSECONDS));
    List<String> names = stages.stream().map(MetricWords::title).toList();
    return new StackedBars(spec.title(), bottom, Unit.NANOSECONDS, names, bars);
  }

  /** How many requests kicks announced, and completions interrupts. */
  Figure batches() {
    List<PointGroup> measured = groups.stream().filter(group -> largestBatch(group) > 0).toList();
    return figure(measured, MOST_ROWS, "rows", this::batchesOf);
  }

  private Plot batchesOf(Part part) {
    int largest = part.groups.stream().mapToInt(DistributionFigures::largestBatch).max().orElse(1);
    BatchBins bins = BatchBins.upTo(largest);
    List<HistogramRows.Row> rows = new ArrayList<>();
    for (PointGroup group : part.groups) {
      List<Double> kicks = bins.shares(tallies(group, PointResult::requestsPerKick));
      List<Double> interrupts = bins.shares(tallies(group, PointResult::completionsPerInterrupt));
      rows.add(new HistogramRows.Row(part.name(group), List.of(kicks, interrupts)));
    }
    List<String> kinds = List.of("share of kicks", "share of interrupts");
    String bottom = "requests announced at once";
    return new HistogramRows(spec.title(), bottom, bins.names(), kinds, rows);
  }

  private static int largestBatch(PointGroup group) {
    return Math.max(
        BatchBins.largest(tallies(group, PointResult::requestsPerKick)),
        BatchBins.largest(tallies(group, PointResult::completionsPerInterrupt)));
  }

  private static List<Map<Integer, Long>> tallies(
      PointGroup group, Function<PointResult, Map<Integer, Long>> which) {
    return group.runs().stream().map(which).toList();
  }

  private Figure figure(
      List<PointGroup> measured, int most, String what, Function<Part, Plot> draw) {
    Selection<Part> parts = Selection.spread(parts(measured), MOST_PICTURES);
    List<Panel> panels = new ArrayList<>();
    List<String> omissions = new ArrayList<>();
    omissions.add(parts.omission("combinations of other parameters", EVEN));
    for (Part part : parts.chosen()) {
      Selection<PointGroup> chosen = Selection.spread(part.groups, most);
      panels.add(
          new Panel(part.heading, draw.apply(new Part(part.heading, part.names, chosen.chosen()))));
      String omission = chosen.omission(what, EVEN);
      if (!omissions.contains(omission)) {
        omissions.add(omission);
      }
    }
    omissions.removeIf(String::isEmpty);
    return new Figure(spec.title(), panels, "", spec.note(), String.join(" ", omissions));
  }

  /** The points of each picture. */
  private List<Part> parts(List<PointGroup> measured) {
    if (measured.isEmpty()) {
      return List.of();
    }
    List<String> varied = List.copyOf(measured.getFirst().values().keySet());
    String x = spec.x();
    if (x == null || !varied.contains(x)) {
      return List.of(new Part("", varied, measured));
    }
    List<String> others =
        varied.stream()
            .filter(one -> !one.equals(x))
            .filter(one -> measured.stream().map(group -> group.value(one)).distinct().count() > 1)
            .toList();
    SequencedMap<String, List<PointGroup>> split = new LinkedHashMap<>();
    for (PointGroup group : measured) {
      String heading = others.isEmpty() ? "" : group.title(others);
      split.computeIfAbsent(heading, _ -> new ArrayList<>()).add(group);
    }
    List<Part> parts = new ArrayList<>();
    split.forEach((heading, some) -> parts.add(new Part(heading, List.of(x), some)));
    return parts;
  }

  /**
   * What one picture shows.
   *
   * @param heading what all of it has in common
   * @param names the parameters that tell its points apart
   */
  private record Part(String heading, List<String> names, List<PointGroup> groups) {
    String name(PointGroup group) {
      return group.title(names);
    }
  }
}
