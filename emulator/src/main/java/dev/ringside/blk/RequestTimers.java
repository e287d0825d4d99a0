package dev.ringside.blk;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one queue that the disk has: which of them begins or ends next, and when. For the
 * queue's own task.
 */
final class RequestTimers {
  /** What {@link #due} says when the disk has nothing. */
  static final long NEVER = InterruptCoalescer.NEVER;

  /** Waiting for a unit of the disk. They begin in the order in which they arrived. */
  private final ArrayDeque<ServiceSlot> waiting = new ArrayDeque<>();

  /** Those of one moment end in the order in which they began. */
  private final PriorityQueue<ServiceSlot> begun =
      new PriorityQueue<>(
          Comparator.comparingLong((ServiceSlot slot) -> slot.visit().end())
              .thenComparingLong(ServiceSlot::turn));

  private long turns;

  /** A request has arrived at the disk. */
  void arrived(ServiceSlot first) {
    waiting.add(first);
  }

  /** When the next one begins or ends, or {@link #NEVER}. */
  long due() {
    return Math.min(nextBegin(), nextEnd());
  }

  private long nextBegin() {
    ServiceSlot first = waiting.peek();
    return first == null ? NEVER : first.visit().begin();
  }

  private long nextEnd() {
    ServiceSlot first = begun.peek();
    return first == null ? NEVER : first.visit().end();
  }

  /** Whether what is due next is an end: at one moment ends come before beginnings. */
  boolean endsNext() {
    return nextEnd() <= nextBegin() && !begun.isEmpty();
  }

  /** Takes the request that begins next; it is to end then. */
  ServiceSlot begin() {
    ServiceSlot slot = waiting.remove();
    slot.setTurn(turns++);
    begun.add(slot);
    return slot;
  }

  /** Takes the request that ends next. */
  ServiceSlot end() {
    return begun.remove();
  }

  /** Takes any request, begun or not; null when there is none. */
  @Nullable ServiceSlot poll() {
    ServiceSlot slot = begun.poll();
    return slot == null ? waiting.poll() : slot;
  }
}
