package dev.ringside.lab.trace;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One blktrace file in the order of time. An interrupt that traces while a process is tracing gets
 * the later place in the file with the earlier time or the other way round, so a processor's file
 * is only nearly in order: a window of {@value #SIZE} events ahead sorts it. An event that comes
 * later than that is refused, because handing it out would break the order for everyone.
 *
 * <p>Equal times are ordered by processor, sequence, and place in the file.
 */
final class ReorderWindow implements Closeable {
  /** Events held. Nesting moves an event by a handful of places; this leaves two magnitudes. */
  static final int SIZE = 1024;

  /** The order of events that processors recorded at the same time, too. */
  static final Comparator<TraceEvent> BY_TIME =
      Comparator.comparingLong(TraceEvent::time)
          .thenComparingInt(TraceEvent::cpu)
          .thenComparingLong(TraceEvent::sequence);

  private final BlktraceFile file;
  private final PriorityQueue<Placed> window =
      new PriorityQueue<>(
          Comparator.comparing(Placed::event, BY_TIME).thenComparingLong(Placed::place));
  private long placed;
  private long lastTime = Long.MIN_VALUE;

  /** Reads {@code file}, and closes it at the end. */
  ReorderWindow(BlktraceFile file) throws IOException {
    this.file = file;
    while (window.size() < SIZE && advance()) {
      // The window fills.
    }
  }

  /** The event that {@link #poll} will hand out, or null at the end. */
  @Nullable TraceEvent peek() {
    Placed head = window.peek();
    return head == null ? null : head.event;
  }

  /** Hands out the earliest event, or null at the end. */
  @Nullable TraceEvent poll() throws IOException {
    Placed head = window.poll();
    if (head == null) {
      return null;
    }
    lastTime = head.event.time();
    advance();
    return head.event;
  }

  private boolean advance() throws IOException {
    TraceEvent event = file.next();
    if (event == null) {
      return false;
    }
    if (event.time() < lastTime) {
      throw TraceFormatException.atOffset(
          file.path(),
          file.offset(),
          "expected time to go on, but the record before this is %d ns older than one that is %d"
                  .formatted(lastTime - event.time(), SIZE)
              + " or more records ahead of it");
    }
    window.add(new Placed(event, placed++));
    return true;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private record Placed(TraceEvent event, long place) {}
}
