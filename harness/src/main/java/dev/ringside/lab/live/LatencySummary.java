package dev.ringside.lab.live;

import org.HdrHistogram.Histogram;

/** The latencies of the requests that have ended, in nanoseconds; 0 when none has. */
public record LatencySummary(long count, double meanNs, long p50Ns, long p99Ns, long maxNs) {
  static LatencySummary of(Histogram latencies) {
    return latencies.getTotalCount() == 0
        ? new LatencySummary(0, 0, 0, 0, 0)
        : new LatencySummary(
            latencies.getTotalCount(),
            latencies.getMean(),
            latencies.getValueAtPercentile(50),
            latencies.getValueAtPercentile(99),
            latencies.getMaxValue());
  }
}
