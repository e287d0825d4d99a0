package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import org.jspecify.annotations.Nullable;

/**
 * The way of one queue's requests back: takes what the device has used from the ring, checks what
 * it says of it, and ends the requests of each chain.
 */
final class Reaper {
  private final RequestRing ring;
  private final CompletionWait wait;
  private final Clock clock;
  private final EventLog.Track events;
  private final DriverStats stats;
  private final DriverCosts costs;
  private final boolean timestamps;

  /** Told of requests instead of their owners; null when nobody is between. */
  private final @Nullable QueueRecovery errors;

  Reaper(
      RequestRing ring,
      CompletionWait wait,
      Clock clock,
      EventLog.Track events,
      DriverStats stats,
      DriverCosts costs,
      boolean timestamps,
      @Nullable QueueRecovery errors) {
    this.ring = ring;
    this.wait = wait;
    this.clock = clock;
    this.events = events;
    this.stats = stats;
    this.costs = costs;
    this.timestamps = timestamps;
    this.errors = errors;
  }

  /**
   * Takes what the device has given back. Whoever is told of an end may submit, and so come to a
   * new ring.
   *
   * @return how many requests that were
   * @throws BlockDeviceException when the device answered something that was not asked; what came
   *     before has ended
   */
  int reap() {
    int chains = 0;
    int reaped = 0;
    long now = 0;
    try {
      for (int slot = ring.queue().nextUsed();
          slot != DriverQueue.NONE;
          slot = ring.queue().nextUsed()) {
        if (chains == 0 && timestamps) {
          // One reading for all: this is the moment at which the guest sees the whole batch.
          now = clock.nanoTime();
        }
        int statusByte = ring.takeStatus(slot);
        chains++;
        if (events.isOn()) {
          noteReap(chains, now, slot, statusByte);
        }
        BlockRequest request = ring.slots().release(slot);
        reaped += endChain(request, ring.statusOf(request, statusByte), now);
      }
    } finally {
      if (chains > 0) {
        stats.reaped(reaped);
        costs.reaped(chains);
        wait.reaped();
      }
    }
    return reaped;
  }

  /** Ends all requests of a chain; says how many these are. */
  private int endChain(BlockRequest first, BlockStatus status, long now) {
    BlockRequest next = first.unlink();
    if (next == null) {
      ring.ended(1);
      end(first, status, now);
      return 1;
    }
    int parts = 1;
    for (BlockRequest part = next; part != null; part = part.linked()) {
      parts++;
    }
    ring.ended(parts);
    end(first, status, now);
    while (next != null) {
      BlockRequest part = next;
      next = part.unlink();
      end(part, status, now);
    }
    return parts;
  }

  private void end(BlockRequest request, BlockStatus status, long now) {
    if (errors == null) {
      request.completed(status, now);
    } else {
      errors.answered(request, status);
    }
  }

  /** The guest sees the whole batch in one moment, so one reading of the clock will do. */
  private void noteReap(int chains, long now, int slot, int statusByte) {
    int head = ring.head(slot);
    if (timestamps) {
      events.recordAt(now, EventType.REAP, head, statusByte);
    } else if (chains == 1) {
      events.record(EventType.REAP, head, statusByte);
    } else {
      events.recordAgain(EventType.REAP, head, statusByte);
    }
  }
}
