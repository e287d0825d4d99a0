package dev.ringside.blk;

/** When a queue's interrupts are held back, so that one stands for more used chains. */
public sealed interface CoalescingPolicy {
  /** The longest time that an interrupt can be held back, in nanoseconds: one second. */
  long MAX_DELAY_NS = 1_000_000_000;

  /** Never: each publish interrupts when the driver wants it. */
  record Off() implements CoalescingPolicy {}

  /**
   * Until so many chains were used, or so much time has passed since the first of them.
   *
   * @param entries 1 or more
   * @param delayNs in nanoseconds, 1 to {@link #MAX_DELAY_NS}
   */
  record CountOrTime(int entries, long delayNs) implements CoalescingPolicy {
    public CountOrTime {
      if (entries < 1 || delayNs < 1 || delayNs > MAX_DELAY_NS) {
        throw new IllegalArgumentException(
            "coalescing of %d entries within %d ns".formatted(entries, delayNs));
      }
    }
  }

  /**
   * The more requests a second there are above a threshold, the longer is the pause between two
   * interrupts: {@code delayNs * (rate - threshold) / threshold}, at most {@link #MAX_DELAY_NS},
   * with the rate measured every 10 ms. The rule of SPDK's vhost target.
   *
   * @param threshold requests a second, 1 or more; SPDK's default is 60000
   * @param delayNs in nanoseconds, 1 to {@link #MAX_DELAY_NS}
   */
  record Rate(long threshold, long delayNs) implements CoalescingPolicy {
    public Rate {
      if (threshold < 1 || delayNs < 1 || delayNs > MAX_DELAY_NS) {
        throw new IllegalArgumentException(
            "coalescing above %d requests/s by %d ns".formatted(threshold, delayNs));
      }
    }
  }

  /** No coalescing is the default. */
  static CoalescingPolicy off() {
    return new Off();
  }
}
