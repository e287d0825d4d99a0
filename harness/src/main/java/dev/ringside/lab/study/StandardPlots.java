package dev.ringside.lab.study;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to draw of an experiment that does not say. */
final class StandardPlots {
  private StandardPlots() {}

  /** The parameter that is varied first goes along the x axis, the second one tells lines apart. */
  static Experiment addTo(Experiment experiment) {
    List<String> varied = List.copyOf(experiment.varied().keySet());
    List<PlotSpec> plots = new ArrayList<>();
    if (!varied.isEmpty()) {
      String x = varied.getFirst();
      String series = varied.size() > 1 ? varied.get(1) : null;
      plots.add(plot(PlotKind.LINES, "Throughput", x, series, List.of(Metric.THROUGHPUT)));
      plots.add(
          plot(
              PlotKind.LINES,
              "Latency",
              x,
              series,
              List.of(Metric.LATENCY_P50, Metric.LATENCY_P99)));
      plots.add(plot(PlotKind.NOTIFICATIONS, "Notifications", x, series, List.of()));
      plots.add(plot(PlotKind.LATENCY_STAGES, "Where the time goes", x, null, List.of()));
    }
    return new Experiment(
        experiment.name(),
        experiment.title(),
        experiment.question(),
        experiment.lookFor(),
        experiment.fixed(),
        experiment.varied(),
        experiment.repetitions(),
        experiment.seed(),
        plots,
        experiment.recordings());
  }

  private static PlotSpec plot(
      PlotKind kind, String title, String x, @Nullable String series, List<Metric> metrics) {
    return new PlotSpec(kind, title, x, null, series, metrics, "");
  }
}
