package dev.ringside.blk;

import dev.ringside.machine.Clock;

/**
 * Decides for one queue when an interrupt that the driver wants is raised. The driver's wish stands
 * until then: with EVENT_IDX a later publish does not show it again.
 */
final class InterruptCoalescer {
  /** What {@link #due} says when no interrupt is held back. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long RATE_WINDOW_NS = 10_000_000;
  private static final long NANOSECONDS_PER_SECOND = 1_000_000_000;

  private final CoalescingPolicy policy;
  private final Clock clock;

  /** Chains that were used since the last interrupt, while one is held back. */
  private int held;

  private long due = NEVER;

  // For the rate rule.
  private long windowStart;
  private long windowRequests;
  private long pauseNs;
  private long lastInterrupt;

  InterruptCoalescer(CoalescingPolicy policy, Clock clock) {
    this.policy = policy;
    this.clock = clock;
    this.windowStart = clock.nanoTime();
    this.lastInterrupt = windowStart;
  }

  /**
   * Chains were published.
   *
   * @param entries how many
   * @param wanted whether the driver wants an interrupt for them
   * @return whether to raise it now
   */
  boolean published(int entries, boolean wanted) {
    long now = clock.nanoTime();
    boolean first = held == 0;
    if (first && !wanted) {
      measure(entries, now);
      return false;
    }
    held += entries;
    measure(entries, now);
    if (first) {
      due = deadline(now);
    }
    return isDue(now);
  }

  private long deadline(long now) {
    return switch (policy) {
      case CoalescingPolicy.Off() -> now;
      case CoalescingPolicy.CountOrTime(int entries, long delayNs) -> now + delayNs;
      case CoalescingPolicy.Rate(long threshold, long delayNs) ->
          Math.max(now, lastInterrupt + pauseNs);
    };
  }

  private boolean isDue(long now) {
    return now >= due
        || (policy instanceof CoalescingPolicy.CountOrTime(int entries, long delayNs)
            && held >= entries);
  }

  /** Takes a rate each window, and from it the pause between two interrupts. */
  private void measure(int entries, long now) {
    if (policy instanceof CoalescingPolicy.Rate(long threshold, long delayNs)) {
      windowRequests += entries;
      long elapsed = now - windowStart;
      if (elapsed >= RATE_WINDOW_NS) {
        double rate = (double) windowRequests * NANOSECONDS_PER_SECOND / elapsed;
        double pause = delayNs * (rate - threshold) / threshold;
        pauseNs = Math.clamp((long) pause, 0, CoalescingPolicy.MAX_DELAY_NS);
        windowStart = now;
        windowRequests = 0;
      }
    }
  }

  /** When the interrupt that is held back must be raised, or {@link #NEVER}. */
  long due() {
    return due;
  }

  /** Whether an interrupt is held back whose time has come. */
  boolean isDue() {
    return due != NEVER && clock.nanoTime() >= due;
  }

  /**
   * The interrupt is raised now.
   *
   * @return for how many chains
   */
  int raised() {
    int entries = held;
    held = 0;
    due = NEVER;
    lastInterrupt = clock.nanoTime();
    return entries;
  }
}
