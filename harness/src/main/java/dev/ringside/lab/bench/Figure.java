package dev.ringside.lab.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/**
 * A figure with its spread.
 *
 * @param median in nanoseconds
 * @param least the fastest iteration
 * @param most the slowest one
 * @param allocatedBytes of heap, per operation; not a number when that was not measured
 */
public record Figure(double median, double least, double most, double allocatedBytes) {
  /** JMH's name for bytes allocated per operation, with the gc profiler on. */
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /** What several rounds of one benchmark came to: the median of their medians. */
  static Figure of(Collection<RunResult> rounds) {
    return new Figure(
        median(rounds.stream().mapToDouble(r -> statistics(r).getPercentile(50)).toArray()),
        rounds.stream().mapToDouble(r -> statistics(r).getMin()).min().orElse(Double.NaN),
        rounds.stream().mapToDouble(r -> statistics(r).getMax()).max().orElse(Double.NaN),
        rounds.stream().mapToDouble(Figure::allocation).max().orElse(Double.NaN));
  }

  /** What several measurements came to. */
  static Figure ofSamples(List<Double> samples) {
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Figure(median(sorted), sorted[0], sorted[sorted.length - 1], Double.NaN);
  }

  private static Statistics statistics(RunResult round) {
    return round.getPrimaryResult().getStatistics();
  }

  private static double allocation(RunResult round) {
    Result<?> allocation = round.getSecondaryResults().get(ALLOCATION);
    return allocation == null ? Double.NaN : allocation.getScore();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
