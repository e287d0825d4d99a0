package dev.ringside.blk;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.virtio.transport.VirtioFunction;
import org.jspecify.annotations.Nullable;

/** The interrupts of one queue: raised at once, or when an {@link InterruptCoalescer} says so. */
final class QueueInterrupts {
  private final int queue;
  private final VirtioFunction function;
  private final EventLog.Track events;
  private final @Nullable InterruptCoalescer coalescer;

  QueueInterrupts(
      int queue,
      VirtioFunction function,
      EventLog.Track events,
      CoalescingPolicy policy,
      Clock clock) {
    this.queue = queue;
    this.function = function;
    this.events = events;
    this.coalescer =
        policy instanceof CoalescingPolicy.Off ? null : new InterruptCoalescer(policy, clock);
  }

  /**
   * Chains were published.
   *
   * @param entries how many
   * @param wanted whether the driver wants an interrupt for them
   */
  void published(int entries, boolean wanted) {
    if (coalescer == null) {
      if (wanted) {
        raise(entries);
      } else {
        events.record(EventType.SUPPRESS_INTERRUPT, queue, entries);
      }
    } else if (coalescer.published(entries, wanted)) {
      raise(coalescer.raised());
    } else {
      events.record(
          isHeld() ? EventType.HOLD_INTERRUPT : EventType.SUPPRESS_INTERRUPT, queue, entries);
    }
  }

  private void raise(int entries) {
    events.record(EventType.INTERRUPT, queue, entries);
    function.interruptForQueue(queue);
  }

  /** When one that is held back must be raised, or {@link InterruptCoalescer#NEVER}. */
  long due() {
    return coalescer == null ? InterruptCoalescer.NEVER : coalescer.due();
  }

  /** Whether one is held back. */
  boolean isHeld() {
    return due() != InterruptCoalescer.NEVER;
  }

  /** Raises one that is held back, when its time has come. */
  void raiseIfDue() {
    if (coalescer != null && coalescer.isDue()) {
      raise(coalescer.raised());
    }
  }

  /** Raises one that is held back: nobody will look for its time any more. */
  void raiseIfHeld() {
    if (coalescer != null && isHeld()) {
      raise(coalescer.raised());
    }
  }
}
