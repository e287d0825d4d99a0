package dev.ringside.lab.study;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run did.
 *
 * @param metrics every {@link Metric}; NaN where it has no meaning
 * @param latency of each {@link Stage}, in nanoseconds
 * @param requestsPerKick how many notifications announced so many requests, by that number
 * @param completionsPerInterrupt how many interrupts announced so many completions, by that number
 * @param occupancy of the ring over time
 * @param checks the laws that apply
 * @param runHash of a simulated run, 16 hexadecimal digits; empty at full speed
 */
public record PointResult(
    StudyPoint point,
    Map<Metric, Double> metrics,
    Map<Stage, Histogram> latency,
    Map<Integer, Long> requestsPerKick,
    Map<Integer, Long> completionsPerInterrupt,
    TimeSeries occupancy,
    List<Check> checks,
    String runHash) {
  public PointResult {
    metrics = copy(Metric.class, metrics);
    latency = copy(Stage.class, latency);
    checks = List.copyOf(checks);
  }

  /** Unlike EnumMap's own copy, of empty maps, too. */
  private static <K extends Enum<K>, V> Map<K, V> copy(Class<K> type, Map<K, V> map) {
    Map<K, V> copy = new EnumMap<>(type);
    copy.putAll(map);
    return copy;
  }

  /** A metric's value. */
  public double metric(Metric metric) {
    return metrics.getOrDefault(metric, Double.NaN);
  }

  /** Whether every law that applies was obeyed. */
  public boolean obeysAllLaws() {
    return checks.stream().allMatch(Check::holds);
  }
}
