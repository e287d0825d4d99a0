package dev.ringside.blk;

/** What a queue's task does when there is nothing to do. */
public sealed interface WaitPolicy {
  /** It asks for notifications, and sleeps until one comes. */
  record Sleep() implements WaitPolicy {}

  /** It keeps looking, and tells the driver not to notify. */
  record Poll() implements WaitPolicy {}

  /**
   * It keeps looking for a while before it asks for notifications and sleeps. How long is learnt: a
   * sleep that was so short that looking on would have been better makes the while longer; one that
   * was longer than any while makes it shorter.
   *
   * @param startNs the first while that is not zero, in nanoseconds, 1 or more
   * @param maxNs the longest while, at least {@code startNs}
   * @param grow what a while is multiplied with, 2 or more
   * @param shrink what a while is divided by, 2 or more; 0 ends it at once
   */
  record Adaptive(long startNs, long maxNs, int grow, int shrink) implements WaitPolicy {
    public Adaptive {
      if (startNs < 1 || maxNs < startNs || grow < 2 || shrink < 0 || shrink == 1) {
        throw new IllegalArgumentException(
            "adaptive polling from %d to %d ns, times %d, by %d"
                .formatted(startNs, maxNs, grow, shrink));
      }
    }
  }

  /**
   * It asks for notifications a while after it has looked, and sleeps without another look: what
   * became available in between is not seen (virtio 1.4, section 2.7.13.4.1). A mistake, for
   * lessons.
   *
   * @param windowNs from its look until it asks, in nanoseconds, 0 or more
   */
  record Careless(long windowNs) implements WaitPolicy {
    public Careless {
      if (windowNs < 0) {
        throw new IllegalArgumentException("a window of %d ns".formatted(windowNs));
      }
    }
  }

  /** Sleeping is the default. */
  static WaitPolicy sleep() {
    return new Sleep();
  }

  /** Polling all the time. */
  static WaitPolicy poll() {
    return new Poll();
  }

  /** From 4 us up to this many nanoseconds, doubled and dropped at once: QEMU's defaults. */
  static WaitPolicy adaptive(long maxNs) {
    return new Adaptive(Math.min(4000, maxNs), maxNs, 2, 0);
  }
}
