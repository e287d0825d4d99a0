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
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** What happened within points: a line, a bar or a row for each. */
final class DistributionFigures {
  private static final int MOST_LINES = 8;
  private static final int MOST_BARS = 24;
  private static final int MOST_ROWS = 8;
  private static final String EVEN = "at even distances; the table of all points has every one";

  /** Bins of their own up to this batch, powers of two beyond. */
  private static final int SINGLE_BINS = 16;

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
    Selection<PointGroup> chosen = Selection.spread(measured, MOST_LINES);
    List<Series> series = new ArrayList<>();
    double end = 0;
    for (PointGroup group : chosen.chosen()) {
      TimeSeries occupancy = occupancy(group);
      List<Dot> dots = new ArrayList<>();
      for (int i = 0; i < occupancy.means().size(); i++) {
        dots.add(new Dot((i + 0.5) * occupancy.intervalNs(), occupancy.means().get(i)));
      }
      end = Math.max(end, occupancy.means().size() * (double) occupancy.intervalNs());
      Style style = Style.measured(series.size());
      series.add(new Series(group.title(), style, Side.LEFT, false, dots));
    }
    LinearScale time = new LinearScale(0, end > 0 ? end : 1, Unit.NANOSECONDS);
    Axis bottom = new Axis("time", time);
    Axis left =
        ValueAxis.linear("requests in the ring", Unit.NUMBER, ValueAxis.values(series, Side.LEFT));
    return figure(chosen, "lines", new LinePlot(spec.title(), bottom, left, series));
  }

  private static TimeSeries occupancy(PointGroup group) {
    return group.runs().getFirst().occupancy();
  }

  /** Latency by percentile, with all repetitions of a point in one line. */
  Figure latencyDistribution() {
    List<PointGroup> measured =
        groups.stream().filter(group -> group.latency(Stage.TOTAL) != null).toList();
    Selection<PointGroup> chosen = Selection.spread(measured, MOST_LINES);
    List<Series> series = new ArrayList<>();
    double highest = LOWEST_END_OF_PERCENTILES;
    for (PointGroup group : chosen.chosen()) {
      Histogram latency = group.latency(Stage.TOTAL);
      if (latency != null) {
        double last = Math.min(HIGHEST_PERCENTILE, 100 - 100.0 / latency.getTotalCount());
        highest = Math.max(highest, last);
        Style style = Style.measured(series.size());
        series.add(new Series(group.title(), style, Side.LEFT, false, percentiles(latency, last)));
      }
    }
    Axis bottom = new Axis("percentile", new PercentileScale(highest));
    Axis left = ValueAxis.of("latency", Unit.NANOSECONDS, ValueAxis.values(series, Side.LEFT));
    return figure(chosen, "lines", new LinePlot(spec.title(), bottom, left, series));
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
    List<Stage> stages =
        Arrays.stream(Stage.values()).filter(stage -> stage != Stage.TOTAL).toList();
    Selection<PointGroup> chosen = Selection.spread(groups, MOST_BARS);
    List<StackedBars.Bar> bars = new ArrayList<>();
    double longest = 0;
    for (PointGroup group : chosen.chosen()) {
      List<Double> means = new ArrayList<>();
      for (Stage stage : stages) {
        Histogram latency = group.latency(stage);
        means.add(latency == null ? 0 : latency.getMean());
      }
      longest = Math.max(longest, means.stream().mapToDouble(mean -> mean).sum());
      bars.add(new StackedBars.Bar(group.title(), means));
    }
    Axis bottom = new Axis("mean latency", LinearScale.fromZero(0, longest, Unit.NANOSECONDS));
    List<String> names = stages.stream().map(MetricWords::title).toList();
    List<Plot> plots =
        bars.isEmpty()
            ? List.of()
            : List.of(new StackedBars(spec.title(), bottom, Unit.NANOSECONDS, names, bars));
    return figure(chosen, "bars", plots);
  }

  /** How many requests kicks announced, and completions interrupts. */
  Figure batches() {
    Selection<PointGroup> chosen = Selection.spread(groups, MOST_ROWS);
    int largest = 1;
    for (PointGroup group : chosen.chosen()) {
      for (PointResult run : group.runs()) {
        largest = Math.max(largest, largest(run.requestsPerKick()));
        largest = Math.max(largest, largest(run.completionsPerInterrupt()));
      }
    }
    List<String> bins = bins(largest);
    List<HistogramRows.Row> rows = new ArrayList<>();
    for (PointGroup group : chosen.chosen()) {
      List<Double> kicks = shares(group, PointResult::requestsPerKick, bins.size());
      List<Double> interrupts = shares(group, PointResult::completionsPerInterrupt, bins.size());
      rows.add(new HistogramRows.Row(group.title(), List.of(kicks, interrupts)));
    }
    List<String> kinds = List.of("share of kicks", "share of interrupts");
    String bottom = "requests announced at once";
    List<Plot> plots =
        rows.isEmpty()
            ? List.of()
            : List.of(new HistogramRows(spec.title(), bottom, bins, kinds, rows));
    return figure(chosen, "rows", plots);
  }

  private static int largest(Map<Integer, Long> tally) {
    return tally.keySet().stream().mapToInt(size -> size).max().orElse(0);
  }

  /** Names of the bins up to a largest batch. */
  private static List<String> bins(int largest) {
    List<String> names = new ArrayList<>();
    for (int bin = 0; bin <= bin(largest); bin++) {
      int from = start(bin);
      int to = start(bin + 1) - 1;
      names.add(from == to ? Integer.toString(from) : from + "–" + to);
    }
    return names;
  }

  private static int bin(int size) {
    if (size <= SINGLE_BINS) {
      return Math.max(0, size - 1);
    }
    int doubling = Integer.SIZE - 1 - Integer.numberOfLeadingZeros((size - 1) / SINGLE_BINS);
    return SINGLE_BINS + doubling;
  }

  /** The least batch of a bin. */
  private static int start(int bin) {
    return bin < SINGLE_BINS ? bin + 1 : (SINGLE_BINS << (bin - SINGLE_BINS)) + 1;
  }

  private static List<Double> shares(
      PointGroup group, Function<PointResult, Map<Integer, Long>> tally, int bins) {
    double[] counts = new double[bins];
    double all = 0;
    for (PointResult run : group.runs()) {
      for (Map.Entry<Integer, Long> one : tally.apply(run).entrySet()) {
        counts[bin(one.getKey())] += one.getValue();
        all += one.getValue();
      }
    }
    double sum = all;
    return Arrays.stream(counts).mapToObj(count -> sum == 0 ? 0 : count / sum).toList();
  }

  private Figure figure(Selection<PointGroup> chosen, String what, LinePlot plot) {
    List<Plot> plots = plot.series().isEmpty() ? List.of() : List.of(plot);
    return figure(chosen, what, plots);
  }

  private Figure figure(Selection<PointGroup> chosen, String what, List<Plot> plots) {
    return new Figure(spec.title(), plots, "", spec.note(), chosen.omission(what, EVEN));
  }
}
