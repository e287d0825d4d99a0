package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.Stage;
import java.util.List;
import java.util.Locale;

/** How metrics and stages are called in titles and tables. */
final class MetricWords {
  private MetricWords() {}

  /** A metric's name without its unit: {@code latency p99}. */
  static String title(Metric metric) {
    if (metric == Metric.LATENCY_P999) {
      return "latency p99.9";
    }
    return metric.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** What several metrics on one axis have in common. */
  static String title(List<Metric> metrics) {
    if (metrics.size() > 1
        && metrics.stream().allMatch(metric -> metric.name().startsWith("LATENCY_"))) {
      return "latency";
    }
    if (metrics.size() > 1
        && metrics.stream().allMatch(metric -> metric.name().endsWith("_PER_REQUEST"))) {
      return "per request";
    }
    return String.join(", ", metrics.stream().map(MetricWords::title).toList());
  }

  /** What the metric is counted in. */
  static Unit unit(Metric metric) {
    return switch (metric.unit()) {
      case "ns" -> Unit.NANOSECONDS;
      case "1/s" -> Unit.PER_SECOND;
      case "B/s" -> Unit.BYTES_PER_SECOND;
      default -> isShare(metric) ? Unit.SHARE : Unit.NUMBER;
    };
  }

  private static boolean isShare(Metric metric) {
    return metric == Metric.DRIVER_ASLEEP
        || metric == Metric.DEVICE_ASLEEP
        || metric == Metric.EFFICIENCY;
  }

  /** A stage as legends show it: {@code submit → publish}. */
  static String title(Stage stage) {
    return stage.label().replace("_to_", " → ").replace('_', ' ');
  }
}
