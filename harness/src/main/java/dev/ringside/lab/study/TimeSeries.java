package dev.ringside.lab.study;

import java.util.List;

/**
 * Something over the time of a run, in equal intervals from its start.
 *
 * @param intervalNs length of an interval in nanoseconds
 * @param means weighted by time, one for each interval
 */
public record TimeSeries(long intervalNs, List<Double> means) {
  public TimeSeries {
    means = List.copyOf(means);
  }
}
