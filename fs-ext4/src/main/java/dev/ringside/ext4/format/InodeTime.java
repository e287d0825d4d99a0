package dev.ringside.ext4.format;

import java.time.Instant;

/**
 * A time in an inode: 32 signed bits of seconds, and 32 extra bits where the inode has room for
 * them.
 *
 * <pre>
 *  extra:   31                        2 1     0
 *           |       nanoseconds        | epoch |
 * </pre>
 *
 * <p>Each step of the epoch adds 2^32 seconds, which reaches the year 2446.
 */
final class InodeTime {
  private static final int EPOCH_MASK = 0x3;
  private static final int EPOCH_BITS = 2;
  private static final int NANOSECONDS_PER_SECOND = 1_000_000_000;

  private InodeTime() {}

  /**
   * The time in a pair of fields.
   *
   * @param extra 0 when the inode has no room for it
   */
  static Instant decode(int seconds, int extra) {
    long epoch = (long) (extra & EPOCH_MASK) << Integer.SIZE;
    int nanoseconds = extra >>> EPOCH_BITS;
    // Thirty bits can hold more than a second. What does is not a time, but not worth refusing a
    // file for.
    return Instant.ofEpochSecond(
        seconds + epoch, Math.min(nanoseconds, NANOSECONDS_PER_SECOND - 1));
  }

  /** The signed 32 bits of seconds of a time; {@link #extra} has the rest. */
  static int seconds(Instant time) {
    return (int) time.getEpochSecond();
  }

  /** Nanoseconds and epoch of a time between 1901 and 2446. */
  static int extra(Instant time) {
    long beyond = time.getEpochSecond() - seconds(time);
    return (time.getNano() << EPOCH_BITS) | ((int) (beyond >>> Integer.SIZE) & EPOCH_MASK);
  }

  /**
   * The time that an inode can hold that is nearest to one: cut off at both ends of its range, and
   * to whole seconds where there is no room for more.
   *
   * @param wide whether the inode has the extra bits
   */
  static Instant clamp(Instant time, boolean wide) {
    long last = wide ? Integer.MAX_VALUE + ((long) EPOCH_MASK << Integer.SIZE) : Integer.MAX_VALUE;
    if (time.getEpochSecond() > last) {
      return Instant.ofEpochSecond(last);
    }
    if (time.getEpochSecond() < Integer.MIN_VALUE) {
      return Instant.ofEpochSecond(Integer.MIN_VALUE);
    }
    return wide ? time : Instant.ofEpochSecond(time.getEpochSecond());
  }
}
