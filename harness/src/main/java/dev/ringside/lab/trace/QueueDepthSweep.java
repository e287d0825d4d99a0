package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A recorded sweep over queue depths: a guest reads 4 KiB at random, at one depth after the other,
 * first as each completion lets it and then a whole depth at a time.
 *
 * <p>The guest marked the phases with reads of one sector: that at {@value #DEPTH_MARK} plus the
 * depth begins a depth, and one at {@value #BATCH_MARK} behind it the batched phase. The marks are
 * not counted.
 */
public final class QueueDepthSweep {
  private static final long DEPTH_MARK = 500_000;
  private static final long MAX_DEPTH = 1024;
  private static final long BATCH_MARK = DEPTH_MARK - 1;

  private QueueDepthSweep() {}

  /**
   * A stretch of the recording with one setting.
   *
   * @param queueDepth requests that the guest kept in flight
   * @param batched whether it submitted and awaited all of them together
   * @param requests that completed
   * @param kicks notifications
   * @param interrupts that the device raised
   * @param requestsPerKick how many notifications were followed by so many requests
   */
  public record Phase(
      int queueDepth,
      boolean batched,
      long requests,
      long kicks,
      long interrupts,
      SortedMap<Integer, Long> requestsPerKick) {
    /** Notifications for each request; NaN without any. */
    public double kicksPerRequest() {
      return (double) kicks / requests;
    }

    /** Interrupts for each request; NaN without any. */
    public double interruptsPerRequest() {
      return (double) interrupts / requests;
    }
  }

  /**
   * Reads the phases in the order in which they were recorded.
   *
   * @throws TraceFormatException when the file is no such recording
   */
  public static List<Phase> read(Path file) throws IOException {
    List<Phase> phases = new ArrayList<>();
    Counter current = null;
    try (VirtqueueLogReader reader = new VirtqueueLogReader(file)) {
      for (VirtqueueEvent event = reader.next(); event != null; event = reader.next()) {
        Counter next = begun(event, current);
        if (next != null) {
          if (current != null) {
            current.forgetLastKick();
            addTo(phases, current);
          }
          current = next;
        } else if (current != null) {
          current.count(event);
        }
      }
    }
    if (current != null) {
      addTo(phases, current);
    }
    if (phases.isEmpty()) {
      throw TraceFormatException.of(file, "has no marks of a sweep over queue depths");
    }
    return List.copyOf(phases);
  }

  /** A depth's phase is followed at once by the mark of the batched one, which leaves none. */
  private static void addTo(List<Phase> phases, Counter ended) {
    if (ended.requests > 0) {
      phases.add(ended.phase());
    }
  }

  private static @Nullable Counter begun(VirtqueueEvent event, @Nullable Counter current) {
    if (event.action() != VirtqueueAction.READ || event.second() != 1) {
      return null;
    }
    long depth = event.first() - DEPTH_MARK;
    if (depth >= 1 && depth <= MAX_DEPTH) {
      return new Counter((int) depth, false);
    }
    return event.first() == BATCH_MARK && current != null
        ? new Counter(current.queueDepth, true)
        : null;
  }

  /** Counts from a mark's own completion on. */
  private static final class Counter {
    private final int queueDepth;
    private final boolean batched;
    private final SortedMap<Integer, Long> requestsPerKick = new TreeMap<>();
    private boolean markEnded;
    private boolean markInterrupted;
    private long requests;
    private long kicks;
    private long interrupts;
    private int sinceKick;

    Counter(int queueDepth, boolean batched) {
      this.queueDepth = queueDepth;
      this.batched = batched;
    }

    void count(VirtqueueEvent event) {
      switch (event.action()) {
        case NOTIFY -> {
          endKick();
          kicks++;
        }
        case POP -> sinceKick++;
        case COMPLETE -> {
          if (markEnded) {
            requests++;
          }
          markEnded = true;
        }
        case INTERRUPT -> {
          if (markInterrupted) {
            interrupts++;
          }
          markInterrupted = true;
        }
        case READ, WRITE, MERGE, FILL, FLUSH -> {}
      }
    }

    private void endKick() {
      if (sinceKick > 0) {
        requestsPerKick.merge(sinceKick, 1L, Long::sum);
      }
      sinceKick = 0;
    }

    /** The kick of the next phase's mark, which comes before the mark is known as one. */
    void forgetLastKick() {
      kicks--;
      sinceKick = 0;
    }

    Phase phase() {
      endKick();
      return new Phase(queueDepth, batched, requests, kicks, interrupts, requestsPerKick);
    }
  }
}
