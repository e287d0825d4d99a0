package dev.ringside.lab.report;

import dev.ringside.lab.study.Metric;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The repetitions of one combination of values.
 *
 * @param values of the varied parameters
 * @param runs at least one, in the order of their numbers
 */
record PointGroup(SequencedMap<String, String> values, List<PointResult> runs) {
  /** All points by their values, in the order in which they first occur. */
  static List<PointGroup> of(List<PointResult> points) {
    SequencedMap<Map<String, String>, PointGroup> groups = new LinkedHashMap<>();
    for (PointResult point : points) {
      SequencedMap<String, String> values = point.point().values();
      groups
          .computeIfAbsent(values, _ -> new PointGroup(values, new ArrayList<>()))
          .runs
          .add(point);
    }
    return List.copyOf(groups.values());
  }

  /** Those of the groups that a plot is about; what they have in common then is not said again. */
  static List<PointGroup> of(List<PointGroup> groups, SequencedMap<String, String> only) {
    if (only.isEmpty()) {
      return groups;
    }
    List<PointGroup> left = new ArrayList<>();
    for (PointGroup group : groups) {
      if (group.values.entrySet().containsAll(only.entrySet())) {
        SequencedMap<String, String> rest = new LinkedHashMap<>(group.values);
        rest.keySet().removeAll(only.keySet());
        left.add(new PointGroup(rest, group.runs));
      }
    }
    return left;
  }

  /** A parameter's value; empty when it is not varied. */
  String value(String parameter) {
    return values.getOrDefault(parameter, "");
  }

  /** The metric's mean over all repetitions that have it; NaN when none has. */
  double mean(Metric metric) {
    return finite(metric).average().orElse(Double.NaN);
  }

  /** The least of all repetitions. */
  double least(Metric metric) {
    return finite(metric).min().orElse(Double.NaN);
  }

  /** The largest of all repetitions. */
  double largest(Metric metric) {
    return finite(metric).max().orElse(Double.NaN);
  }

  private DoubleStream finite(Metric metric) {
    return runs.stream().mapToDouble(run -> run.metric(metric)).filter(Double::isFinite);
  }

  /** Whether any repetition has latencies of that stage. */
  boolean hasLatency(Stage stage) {
    return !latencies(stage).isEmpty();
  }

  /**
   * The latencies of all repetitions together, null when none was measured; not to be changed,
   * since that of a single run is not a copy.
   */
  @Nullable Histogram latency(Stage stage) {
    List<Histogram> measured = latencies(stage);
    if (measured.size() < 2) {
      return measured.isEmpty() ? null : measured.getFirst();
    }
    Histogram sum = measured.getFirst().copy();
    sum.setAutoResize(true);
    measured.subList(1, measured.size()).forEach(sum::add);
    return sum;
  }

  private List<Histogram> latencies(Stage stage) {
    List<Histogram> measured = new ArrayList<>();
    for (PointResult run : runs) {
      Histogram one = run.latency().get(stage);
      if (one != null && one.getTotalCount() > 0) {
        measured.add(one);
      }
    }
    return measured;
  }

  /** Values as titles show them: {@code queue-depth=32 batch=8}; {@code all} when none varies. */
  String title() {
    return title(List.copyOf(values.keySet()));
  }

  /** The values of some parameters as titles show them. */
  String title(List<String> parameters) {
    StringBuilder title = new StringBuilder();
    for (String parameter : parameters) {
      title.append(title.isEmpty() ? "" : " ");
      title.append(parameter).append('=').append(value(parameter));
    }
    return title.isEmpty() ? "all" : title.toString();
  }
}
