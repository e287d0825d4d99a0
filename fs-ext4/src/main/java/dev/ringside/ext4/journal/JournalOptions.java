package dev.ringside.ext4.journal;

import java.time.InstantSource;

/**
 * How a journal works.
 *
 * @param mode what it does about the content of files
 * @param commitInterval nanoseconds after which a transaction is committed without being asked for
 * @param time what stands in a commit block
 */
public record JournalOptions(DataMode mode, long commitInterval, InstantSource time) {
  /** As the kernel does it: ordered data, a commit every five seconds. */
  public static final JournalOptions DEFAULT =
      new JournalOptions(DataMode.ORDERED, 5_000_000_000L, InstantSource.system());

  /** Checks the interval. */
  public JournalOptions {
    if (commitInterval <= 0) {
      throw new IllegalArgumentException("a commit every %d ns".formatted(commitInterval));
    }
  }

  /** The same with another mode. */
  public JournalOptions withMode(DataMode other) {
    return new JournalOptions(other, commitInterval, time);
  }

  /** The same with another interval. */
  public JournalOptions withCommitInterval(long nanoseconds) {
    return new JournalOptions(mode, nanoseconds, time);
  }

  /** The same with another time. */
  public JournalOptions withTime(InstantSource other) {
    return new JournalOptions(mode, commitInterval, other);
  }
}
