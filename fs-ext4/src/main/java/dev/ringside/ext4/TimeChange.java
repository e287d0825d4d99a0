package dev.ringside.ext4;

import java.time.Instant;

/** What utimensat(2) does with one of a file's times. */
public sealed interface TimeChange {
  /** It becomes the current time. */
  TimeChange NOW = new Now();

  /** It stays as it is. */
  TimeChange OMIT = new Omit();

  /** It becomes this time; what the inode cannot hold is cut off. */
  static TimeChange to(Instant time) {
    return new At(time);
  }

  /** The current time. */
  record Now() implements TimeChange {}

  /** No change. */
  record Omit() implements TimeChange {}

  /** A given time. */
  record At(Instant time) implements TimeChange {}
}
