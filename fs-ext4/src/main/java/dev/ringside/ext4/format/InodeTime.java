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
}
