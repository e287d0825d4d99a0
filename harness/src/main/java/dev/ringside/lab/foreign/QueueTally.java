package dev.ringside.lab.foreign;

import dev.ringside.machine.EventType;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * What one queue of a device did, counted by its events alone. One task at a time tells it of
 * events; nothing is allocated for one.
 */
public final class QueueTally {
  private static final long LONGEST_NS = 60_000_000_000L;
  private static final int DIGITS = 3;

  private final Histogram latency = new Histogram(LONGEST_NS, DIGITS);

  /** When the requests were taken that are not given back, in a ring. */
  private long[] taken = new long[64];

  private int first;
  private int inFlight;

  private long requests;
  private long bytes;
  private long batches;
  private long largestBatch;
  private long published;
  private long interrupts;
  private long suppressed;
  private long sleeps;
  private long started;
  private long last;

  QueueTally() {}

  void event(long time, EventType type, long second) {
    switch (type) {
      case POP -> take(time, second);
      case PUBLISH_USED -> giveBack(time, second);
      case INTERRUPT -> interrupts++;
      case SUPPRESS_INTERRUPT -> suppressed++;
      case DEVICE_SLEEP -> sleeps++;
      default -> {
        // Not a step of a request between driver and device.
      }
    }
  }

  private void take(long time, long dataBytes) {
    if (requests == 0) {
      started = time;
    }
    requests++;
    bytes += dataBytes;
    if (inFlight == taken.length) {
      long[] larger = Arrays.copyOf(taken, 2 * taken.length);
      for (int i = 0; i < first; i++) {
        larger[taken.length + i] = taken[i];
      }
      taken = larger;
    }
    taken[(first + inFlight) & (taken.length - 1)] = time;
    inFlight++;
  }

  private void giveBack(long time, long entries) {
    batches++;
    largestBatch = Math.max(largestBatch, entries);
    published += entries;
    last = time;
    for (long i = 0; i < entries && inFlight > 0; i++) {
      latency.recordValue(Math.clamp(time - taken[first], 0, LONGEST_NS));
      first = (first + 1) & (taken.length - 1);
      inFlight--;
    }
  }

  /** Requests that were taken. */
  public long requests() {
    return requests;
  }

  /** Bytes of their data. */
  public long bytes() {
    return bytes;
  }

  /** How often the used index was published. */
  public long batches() {
    return batches;
  }

  public long largestBatch() {
    return largestBatch;
  }

  /** Requests that were given back. */
  public long published() {
    return published;
  }

  /** Interrupts that the driver wanted. */
  public long interrupts() {
    return interrupts;
  }

  /** Publications for which it wanted none. */
  public long suppressedInterrupts() {
    return suppressed;
  }

  /** How often the device's task waited. */
  public long sleeps() {
    return sleeps;
  }

  /** From the first request to the last that was given back, in nanoseconds. */
  public long elapsedNs() {
    return Math.max(0, last - started);
  }

  /**
   * From taking a request to publishing it, in nanoseconds. Requests are counted as if they came
   * back in the order in which they were taken: exact without workers, and with them the mean is.
   */
  public Histogram latency() {
    return latency;
  }
}
