package dev.ringside.lab.study;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/** How long requests spent in each {@link Stage}. Used for one run after the other. */
final class StageLatencies {
  /** Longer ones count as this: an hour. */
  private static final long MOST_NS = 3_600_000_000_000L;

  private static final int DIGITS = 3;
  private static final Stage[] STAGES = Stage.values();

  private final EnumMap<Stage, Histogram> histograms = new EnumMap<>(Stage.class);
  private final EnumMap<Stage, Sum> sums = new EnumMap<>(Stage.class);

  StageLatencies() {
    for (Stage stage : STAGES) {
      histograms.put(stage, new Histogram(MOST_NS, DIGITS));
      sums.put(stage, new Sum());
    }
  }

  /** Forgets everything. */
  void reset() {
    histograms.values().forEach(Histogram::reset);
    sums.values().forEach(Sum::reset);
  }

  void add(Stage stage, long nanoseconds) {
    // Both are there since the constructor.
    Histogram histogram = histograms.get(stage);
    Sum sum = sums.get(stage);
    if (histogram != null && sum != null) {
      histogram.recordValue(Math.clamp(nanoseconds, 0, MOST_NS));
      sum.add(nanoseconds);
    }
  }

  /** All of a stage's times together, in nanoseconds, exactly. */
  long sum(Stage stage) {
    Sum sum = sums.get(stage);
    return sum == null ? 0 : sum.total;
  }

  /** The longest, exactly. */
  long longest(Stage stage) {
    Sum sum = sums.get(stage);
    return sum == null ? 0 : sum.longest;
  }

  /** What so many percent of the times do not exceed, to three digits; at most the longest. */
  double percentile(Stage stage, double percent) {
    Histogram histogram = histograms.get(stage);
    return histogram == null || histogram.getTotalCount() == 0
        ? Double.NaN
        : Math.min(histogram.getValueAtPercentile(percent), longest(stage));
  }

  /** Copies that take little memory, since a study keeps those of every point. */
  Map<Stage, Histogram> copies() {
    EnumMap<Stage, Histogram> copies = new EnumMap<>(Stage.class);
    histograms.forEach(
        (stage, histogram) -> {
          Histogram copy = new PackedHistogram(MOST_NS, DIGITS);
          copy.add(histogram);
          copies.put(stage, copy);
        });
    return copies;
  }

  private static final class Sum {
    private long total;
    private long longest;

    void add(long value) {
      total += value;
      longest = Math.max(longest, value);
    }

    void reset() {
      total = 0;
      longest = 0;
    }
  }
}
