package dev.ringside.driver;

import java.util.List;

/** How the driver learns of completions. */
public sealed interface CompletionPolicy {
  /** It looks at the used ring until something is there, and asks for no interrupt. */
  CompletionPolicy SPIN = new Spin();

  /** It asks for an interrupt, and sleeps until it comes. */
  CompletionPolicy INTERRUPT = new Interrupt();

  /** It sleeps until three quarters of what is in flight are used. */
  CompletionPolicy DELAYED = new DelayedInterrupt(3, 4);

  /** As {@link #SPIN}, for a queue that has no interrupt at all. */
  CompletionPolicy POLL_QUEUE = new PollQueue();

  /**
   * As {@link #INTERRUPT}, but it sleeps without another look: what was used just before it asked
   * is not seen (virtio 1.4, section 2.7.13.4.1). A mistake, for lessons; none of the {@link
   * #KINDS}.
   */
  CompletionPolicy CARELESS = new Careless();

  /** One of each kind, in the order in which help texts list them. */
  List<CompletionPolicy> KINDS =
      List.of(SPIN, INTERRUPT, DELAYED, new Hybrid(Hybrid.DEFAULT_BUDGET_NS), POLL_QUEUE);

  /** See {@link #SPIN}. */
  record Spin() implements CompletionPolicy {}

  /** See {@link #INTERRUPT}. */
  record Interrupt() implements CompletionPolicy {}

  /** See {@link #CARELESS}. */
  record Careless() implements CompletionPolicy {}

  /**
   * Asks for the interrupt only after a share of what the device has is used; a task that finds
   * nothing to reap sleeps until then. With EVENT_IDX the device is told of the place in the ring:
   * after so many chains of a split ring, after so many descriptors of a packed one. Without
   * EVENT_IDX there is nothing to tell it, and this is {@link #INTERRUPT}.
   *
   * @param numerator of the share, 1 or more
   * @param denominator of the share, not less than the numerator, {@link #MAX_DENOMINATOR} at most
   */
  record DelayedInterrupt(int numerator, int denominator) implements CompletionPolicy {
    /** The largest denominator: a share of the largest ring stays a number of 32 bits. */
    public static final int MAX_DENOMINATOR = 32768;

    public DelayedInterrupt {
      if (numerator < 1 || denominator < numerator || denominator > MAX_DENOMINATOR) {
        throw new IllegalArgumentException(
            "an interrupt after %d/%d of what is in flight".formatted(numerator, denominator));
      }
    }
  }

  /**
   * Looks at the used ring for a time, then asks for an interrupt and sleeps.
   *
   * @param budgetNs how long one wait polls at most, in nanoseconds, 1 or more
   */
  record Hybrid(long budgetNs) implements CompletionPolicy {
    /** Longer than a fast device takes, and shorter than two wake-ups. */
    public static final long DEFAULT_BUDGET_NS = 20_000;

    public Hybrid {
      if (budgetNs < 1) {
        throw new IllegalArgumentException("polling for %d ns".formatted(budgetNs));
      }
    }
  }

  /**
   * See {@link #POLL_QUEUE}. Over PCI the queue has no vector. Other queues of the same driver may
   * have interrupts, see {@link DriverSettings#pollQueues}.
   */
  record PollQueue() implements CompletionPolicy {}
}
