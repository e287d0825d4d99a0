package dev.ringside.lab.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A number that changes over the time of a run, and how long it had which value. It begins at the
 * first change.
 */
final class Gauge {
  /** Half of this many intervals are in use at least, once the run is that long. */
  private static final int INTERVALS = 400;

  private static final double MOST_OF_THE_TIME = 0.99;
  private static final int INITIAL_VALUES = 64;

  private long[] timeAt = new long[INITIAL_VALUES];
  private final long[] areas = new long[INTERVALS];
  private long intervalNs = 1;
  private boolean begun;
  private long start;
  private long last;
  private int value;
  private long integral;

  /** The number rises or falls. */
  void add(long now, int change) {
    advance(now);
    value += change;
    if (value < 0) {
      throw new IllegalStateException("a gauge below zero");
    }
  }

  /** Time goes on with the number as it is. */
  void advance(long now) {
    if (!begun) {
      begun = true;
      start = now;
      last = now;
    }
    long elapsed = now - last;
    if (elapsed == 0) {
      return;
    }
    if (value >= timeAt.length) {
      timeAt = Arrays.copyOf(timeAt, Math.max(value + 1, 2 * timeAt.length));
    }
    timeAt[value] += elapsed;
    if (value > 0) {
      integral += value * elapsed;
    }
    spread(last - start, now - start);
    last = now;
  }

  /** Adds the area under a stretch to the intervals that it touches. */
  private void spread(long from, long to) {
    while (to > intervalNs * INTERVALS) {
      fold();
    }
    if (value == 0) {
      return;
    }
    int interval = (int) (from / intervalNs);
    long at = from;
    while (at < to) {
      long end = Math.min(to, (interval + 1) * intervalNs);
      areas[interval] += value * (end - at);
      at = end;
      interval++;
    }
  }

  private void fold() {
    intervalNs *= 2;
    for (int i = 0; i < INTERVALS / 2; i++) {
      areas[i] = areas[2 * i] + areas[2 * i + 1];
    }
    Arrays.fill(areas, INTERVALS / 2, INTERVALS, 0);
  }

  int value() {
    return value;
  }

  /** The number summed over time, in nanoseconds. */
  long integral() {
    return integral;
  }

  /** The least number that was not exceeded for 99 percent of the time. */
  int highMark() {
    long total = Arrays.stream(timeAt).sum();
    long sum = 0;
    for (int i = 0; i < timeAt.length; i++) {
      sum += timeAt[i];
      if (sum >= total * MOST_OF_THE_TIME) {
        return i;
      }
    }
    return 0;
  }

  /** The means of equal intervals; the last one may be cut short. */
  TimeSeries series() {
    long length = last - start;
    List<Double> means = new ArrayList<>();
    for (int i = 0; i * intervalNs < length; i++) {
      long width = Math.min(intervalNs, length - i * intervalNs);
      means.add((double) areas[i] / width);
    }
    return new TimeSeries(intervalNs, means);
  }
}
