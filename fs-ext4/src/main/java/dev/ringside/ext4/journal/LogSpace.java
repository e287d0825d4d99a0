package dev.ringside.ext4.journal;

import dev.ringside.ext4.format.JournalRevokeWriter;
import dev.ringside.ext4.format.JournalSuperblock;

/**
 * The log as a ring of blocks: what is written goes to the head, and the space of transactions that
 * are not needed any more is given back at the tail.
 */
final class LogSpace {
  /** Blocks that are never used, so that the head cannot meet the tail. */
  private static final int SPARE = 2;

  private final long first;
  private final long end;
  private final int revokesPerBlock;
  private long head;
  private long free;

  /** An empty log. */
  LogSpace(JournalSuperblock journal, int blockSize) {
    this.first = journal.first();
    this.end = journal.end();
    this.head = journal.head();
    this.free = size();
    this.revokesPerBlock = JournalRevokeWriter.capacity(blockSize);
  }

  /** How many blocks the log can hold. */
  long size() {
    return end - first - SPARE;
  }

  /** How many more blocks the log can hold now. */
  long free() {
    return free;
  }

  /** Where the next block goes. */
  long head() {
    return head;
  }

  /** The block at the head; the head moves on behind it. */
  long take() {
    if (free == 0) {
      throw new IllegalStateException("the log is full");
    }
    long taken = head;
    head = taken + 1 == end ? first : taken + 1;
    free--;
    return taken;
  }

  /** Gives the space of the oldest transactions back. */
  void release(long blocks) {
    free += blocks;
  }

  /**
   * How many blocks of the log a transaction needs at most, with its descriptors and its commit.
   */
  long needed(int copies, int revokes) {
    int descriptors = copies / LogWriter.LEAST_TAGS + 1;
    int revokeBlocks = revokes == 0 ? 0 : revokes / revokesPerBlock + 1;
    return (long) copies + descriptors + revokeBlocks + 1;
  }

  /** How many blocks a transaction may have that fills a quarter of the log. */
  int mostCopies() {
    long quarter = size() / 4;
    return (int) Math.min(Integer.MAX_VALUE / 2, quarter - quarter / LogWriter.LEAST_TAGS - 4);
  }
}
