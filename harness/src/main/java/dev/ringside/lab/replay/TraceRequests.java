package dev.ringside.lab.replay;

import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockOperation;
import dev.ringside.lab.trace.TraceEvent;
import dev.ringside.lab.trace.TraceReader;
import java.io.IOException;
import java.util.Arrays;

/** The requests that a trace's issued events become on a device, and when they were issued. */
public final class TraceRequests {
  private static final int INITIAL = 1024;

  private final RequestBlock requests = new RequestBlock(INITIAL);
  private long[] times = new long[INITIAL];

  private TraceRequests() {}

  /**
   * Reads all of a trace into memory.
   *
   * @param limits of the device, which decide what a request can be
   */
  public static TraceRequests read(TraceSurvey survey, BlockLimits limits) throws IOException {
    TraceRequests all = new TraceRequests();
    RequestTranslation translation = new RequestTranslation(limits);
    try (TraceReader reader = survey.source().open()) {
      for (TraceEvent event = reader.next(); event != null; event = reader.next()) {
        int before = all.size();
        translation.translate(event, all.requests);
        all.stamp(before, event.time());
      }
    }
    return all;
  }

  private void stamp(int from, long time) {
    if (size() > times.length) {
      times = Arrays.copyOf(times, Math.max(size(), 2 * times.length));
    }
    Arrays.fill(times, from, size(), time);
  }

  /** How many there are. */
  public int size() {
    return requests.size();
  }

  public BlockOperation operation(int index) {
    return requests.operation(index);
  }

  /** First sector; 0 for a flush. */
  public long sector(int index) {
    return requests.sector(index);
  }

  /** How many sectors; 0 for a flush. */
  public int count(int index) {
    return requests.count(index);
  }

  /** When it was issued, in nanoseconds from the trace's start. */
  public long time(int index) {
    return times[index];
  }
}
