package dev.ringside.machine;

/**
 * A rolling hash over everything that happened in a simulated run. Two runs with the same hash did
 * the same things at the same virtual times in the same order.
 *
 * <p>Not for several threads: a simulated run has one carrier.
 */
public final class RunHash {
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  /** Odd, with as many ones as zeros. */
  private static final long EVENT_MULTIPLIER = 0xd1b5_4a32_d192_ed03L;

  private long state;

  /** Takes a number in. */
  public void add(long value) {
    state = mix(state, value);
  }

  /**
   * Takes four numbers in, of which the order counts: what {@link #add} does four times, in a
   * quarter of the time.
   */
  void addEvent(long time, long what, long first, long second) {
    // The products do not wait for each other; only the last mix waits for the event before.
    long folded = time * MULTIPLIER;
    folded = Long.rotateLeft(folded, 23) ^ what * EVENT_MULTIPLIER;
    folded = (folded ^ folded >>> 31) + first * MULTIPLIER;
    folded = Long.rotateLeft(folded, 29) ^ second * EVENT_MULTIPLIER;
    state = mix(state, folded);
  }

  /** The hash so far. */
  public long value() {
    return state;
  }

  /** The hash so far as 16 hexadecimal digits. */
  @Override
  public String toString() {
    return "%016x".formatted(state);
  }

  /** Every bit of the result depends on every bit of both arguments, and on their order. */
  static long mix(long state, long value) {
    long mixed = (state ^ value) * MULTIPLIER;
    mixed ^= mixed >>> 32;
    mixed *= MULTIPLIER;
    return mixed ^ (mixed >>> 29) + value;
  }
}
