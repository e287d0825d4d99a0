package dev.ringside.machine;

/**
 * A rolling hash over everything that happened in a simulated run. Two runs with the same hash did
 * the same things at the same virtual times in the same order.
 *
 * <p>Not for several threads: a simulated run has one carrier.
 */
public final class RunHash {
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

  private long state;

  /** Takes a number in. */
  public void add(long value) {
    state = mix(state, value);
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
