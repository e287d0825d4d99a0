package dev.ringside.lab.report;

import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PlotKind;
import dev.ringside.lab.study.PlotSpec;
import dev.ringside.lab.study.Reference;
import dev.ringside.lab.study.StudyResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures that an experiment asks for, or the usual ones when it asks for none. */
final class StudyPlots {
  private StudyPlots() {}

  /** All figures of a report, in its order. */
  static List<Figure> of(StudyResult result) {
    if (result.points().isEmpty()) {
      return List.of();
    }
    List<PointGroup> groups = PointGroup.of(result.points());
    List<PlotSpec> plots = result.experiment().plots();
    return (plots.isEmpty() ? usual(result.experiment()) : plots)
        .stream().map(spec -> figure(spec, groups, result)).toList();
  }

  /** One figure. */
  static Figure figure(PlotSpec spec, List<PointGroup> all, StudyResult result) {
    List<PointGroup> groups = PointGroup.of(all, spec.only());
    List<Reference> references =
        result.references().stream()
            .filter(
                reference ->
                    spec.only().entrySet().stream()
                        .allMatch(
                            only ->
                                only.getValue()
                                    .equals(
                                        reference
                                            .at()
                                            .getOrDefault(only.getKey(), only.getValue()))))
            .toList();
    return switch (spec.kind()) {
      case LINES -> {
        LineFigures figures = new LineFigures(spec, groups, references);
        yield lines(spec, figures, figures.lines());
      }
      case KNEE -> {
        LineFigures figures = new LineFigures(spec, groups, references);
        yield lines(spec, figures, figures.knee());
      }
      case THROUGHPUT_LATENCY -> {
        LineFigures figures = new LineFigures(spec, groups, references);
        yield lines(spec, figures, figures.throughputLatency());
      }
      case NOTIFICATIONS -> {
        LineFigures figures = new LineFigures(spec, groups, references);
        yield lines(spec, figures, figures.notifications());
      }
      case OCCUPANCY -> new DistributionFigures(spec, groups).occupancy();
      case BATCH_HISTOGRAM -> new DistributionFigures(spec, groups).batches();
      case LATENCY_STAGES -> new DistributionFigures(spec, groups).latencyStages();
      case LATENCY_DISTRIBUTION -> new DistributionFigures(spec, groups).latencyDistribution();
      case HEAT_MAP -> HeatMapFigure.of(spec, groups);
      case TABLE ->
          new Figure(spec.title(), List.of(), MetricTable.of(spec, groups), spec.note(), "");
    };
  }

  private static Figure lines(PlotSpec spec, LineFigures figures, List<Panel> panels) {
    return new Figure(spec.title(), panels, "", spec.note(), figures.omission());
  }

  private static List<PlotSpec> usual(Experiment experiment) {
    List<String> varied = List.copyOf(experiment.varied().keySet());
    String x = varied.isEmpty() ? null : varied.getFirst();
    List<PlotSpec> plots = new ArrayList<>();
    plots.add(usual(PlotKind.LINES, "Throughput", x, List.of(Metric.THROUGHPUT)));
    plots.add(usual(PlotKind.LINES, "Latency", x, List.of(Metric.LATENCY_P50, Metric.LATENCY_P99)));
    plots.add(usual(PlotKind.NOTIFICATIONS, "Notifications per request", x, List.of()));
    plots.add(usual(PlotKind.LATENCY_STAGES, "Where the time goes", x, List.of()));
    return plots;
  }

  private static PlotSpec usual(
      PlotKind kind, String title, @Nullable String x, List<Metric> metrics) {
    return new PlotSpec(kind, title, x, null, null, metrics, "");
  }
}
