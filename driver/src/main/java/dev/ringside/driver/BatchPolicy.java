package dev.ringside.driver;

/**
 * When the driver tells the device of what was submitted. A caller that kicks announces everything
 * at once whatever the policy; one that leaves it to the policy only submits, waits and reaps.
 */
public sealed interface BatchPolicy {
  /** After every request: one notification each. */
  record EveryRequest() implements BatchPolicy {}

  /**
   * After so many requests, and when the caller kicks. A task that waits while the device has
   * nothing of it announces the rest, too.
   *
   * @param requests 1 or more
   */
  record Every(int requests) implements BatchPolicy {
    public Every {
      requirePositive(requests);
    }
  }

  /**
   * Only when the caller kicks, after the last request of its list; or when it waits while the
   * device has nothing of it.
   */
  record OnLast() implements BatchPolicy {}

  /**
   * Requests gather outside of the ring, where reads and writes are sorted and adjacent ones become
   * one chain. They are written into the ring, and announced together, when there are {@code limit}
   * of them, when the caller kicks, before its task waits, and when the ring would otherwise be
   * full. See {@link RequestPlug} for what is sorted and merged.
   *
   * @param limit 1 or more
   */
  record Plug(int limit) implements BatchPolicy {
    /** Where Linux flushes the plug of a task (BLK_MAX_REQUEST_COUNT). */
    public static final int LINUX_LIMIT = 32;

    public Plug {
      requirePositive(limit);
    }
  }

  /**
   * After so many requests, or when the oldest that is not announced has waited for this time. The
   * driver has no timer of its own: it looks at the clock when the task submits, reaps or waits,
   * and a wait does not go beyond that time. A task that does none of them announces nothing.
   *
   * @param requests 1 or more
   * @param nanoseconds 1 or more
   */
  record CountOrTime(int requests, long nanoseconds) implements BatchPolicy {
    public CountOrTime {
      requirePositive(requests);
      if (nanoseconds < 1) {
        throw new IllegalArgumentException("a batch that waits for %d ns".formatted(nanoseconds));
      }
    }
  }

  /**
   * Holds requests back only while the device has enough to do with earlier ones, and learns how
   * many that may be:
   *
   * <ul>
   *   <li>When the device has nothing of this queue, a request is announced at once: a single
   *       request in flight is as fast as with {@link EveryRequest}.
   *   <li>Otherwise a batch is announced when it is full.
   *   <li>A task that waits or reaps announces a batch that is not full when the device has fewer
   *       requests left than a full batch has: it might run dry before the batch is.
   *   <li>A full batch is 1 at first. It doubles, up to {@code most}, when it fills while the
   *       device has at least twice as many; it halves when it had to be announced before it was
   *       full, because the device had too little left. What the caller kicks teaches nothing.
   * </ul>
   *
   * <p>A closed loop that keeps {@code 2 * most} requests in flight or more comes to one
   * notification for {@code most} requests.
   *
   * @param most requests of a batch, 1 or more
   */
  record Adaptive(int most) implements BatchPolicy {
    public Adaptive {
      requirePositive(most);
    }
  }

  private static void requirePositive(int requests) {
    if (requests < 1) {
      throw new IllegalArgumentException("a batch of %d requests".formatted(requests));
    }
  }

  /** See {@link EveryRequest}. */
  static BatchPolicy everyRequest() {
    return new EveryRequest();
  }

  /** See {@link Every}. */
  static BatchPolicy every(int requests) {
    return new Every(requests);
  }

  /** See {@link OnLast}. */
  static BatchPolicy onLast() {
    return new OnLast();
  }

  /** See {@link Plug}. */
  static BatchPolicy plug(int limit) {
    return new Plug(limit);
  }

  /** See {@link CountOrTime}. */
  static BatchPolicy countOrTime(int requests, long nanoseconds) {
    return new CountOrTime(requests, nanoseconds);
  }

  /** See {@link Adaptive}. */
  static BatchPolicy adaptive(int most) {
    return new Adaptive(most);
  }
}
