package dev.ringside.lab.replay;

import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What a replay did.
 *
 * @param reads requests that read
 * @param writes requests that wrote
 * @param flushes requests that flushed, those for preflush and FUA included
 * @param discards requests that discarded
 * @param failed requests among these that ended with an error
 * @param firstFailure the first of those
 * @param split events that became several requests because one would have been too large
 * @param expanded writes that became several requests because they carried preflush or FUA
 * @param skippedReasons issued events that became no request, by reason
 * @param bytesRead by requests that succeeded
 * @param bytesWritten by requests that succeeded
 * @param elapsedNs time with the device, on its clock; reading the trace is not in it
 * @param latencyNs from submission to reaping, of every request
 */
public record ReplayResult(
    long reads,
    long writes,
    long flushes,
    long discards,
    long failed,
    Optional<String> firstFailure,
    long split,
    long expanded,
    Map<SkipReason, Long> skippedReasons,
    long bytesRead,
    long bytesWritten,
    long elapsedNs,
    Histogram latencyNs) {
  private static final double NANOSECONDS = 1e9;

  public ReplayResult {
    skippedReasons = Map.copyOf(skippedReasons);
  }

  /** All requests that the device ended. */
  public long requests() {
    return reads + writes + flushes + discards;
  }

  /** All issued events that became no request. */
  public long skipped() {
    return skippedReasons.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Requests per second of {@link #elapsedNs}; 0 when no time went by. */
  public double requestsPerSecond() {
    return perSecond(requests());
  }

  /** Bytes read and written per second of {@link #elapsedNs}; 0 when no time went by. */
  public double bytesPerSecond() {
    return perSecond(bytesRead + bytesWritten);
  }

  private double perSecond(long count) {
    return elapsedNs == 0 ? 0 : count * NANOSECONDS / elapsedNs;
  }
}
