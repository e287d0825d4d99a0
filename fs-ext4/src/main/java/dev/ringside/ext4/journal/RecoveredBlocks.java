package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.NewerCopies;
import dev.ringside.ext4.format.JournalTags;
import java.lang.foreign.MemorySegment;

/**
 * The blocks of a filesystem of which its log holds a newer copy that was committed.
 *
 * <p>Each is remembered with the place of that copy on the disk, so that memory is bounded by the
 * log and not by what is in it.
 */
public final class RecoveredBlocks implements NewerCopies {
  /** What an empty log holds. */
  public static final RecoveredBlocks NONE = new RecoveredBlocks(new BlockTable(), 0, 0, 0);

  private final BlockTable copies;
  private final int transactions;
  private final long revoked;
  private final int nextSequence;

  RecoveredBlocks(BlockTable copies, int transactions, long revoked, int nextSequence) {
    this.copies = copies;
    this.transactions = transactions;
    this.revoked = revoked;
    this.nextSequence = nextSequence;
  }

  /** How a place and whether the copy is escaped become one number of a {@link BlockTable}. */
  static long entry(long place, boolean escaped) {
    return (place << 1) | (escaped ? 1 : 0);
  }

  @Override
  public long placeOf(long block) {
    long entry = copies.get(block);
    return entry == BlockTable.NONE ? NewerCopies.NONE : entry >>> 1;
  }

  @Override
  public boolean isAltered(long block) {
    long entry = copies.get(block);
    return entry != BlockTable.NONE && (entry & 1) != 0;
  }

  @Override
  public void restore(MemorySegment copy) {
    JournalTags.unescape(copy);
  }

  /** The blocks that have a newer copy, ascending. */
  public long[] blocks() {
    return copies.sortedBlocks();
  }

  /** How many blocks have a newer copy. */
  public int size() {
    return copies.size();
  }

  /** Committed transactions in the log. */
  public int transactions() {
    return transactions;
  }

  /** Copies in the log that a later transaction revoked. */
  public long revoked() {
    return revoked;
  }

  /** The sequence number of the next transaction, after those in the log. */
  public int nextSequence() {
    return nextSequence;
  }
}
