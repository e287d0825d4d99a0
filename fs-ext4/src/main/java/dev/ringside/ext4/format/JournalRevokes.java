package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.*;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * The list in a revoke block: its length in bytes, header and length included, then block numbers
 * of 32 or 64 bits.
 */
public final class JournalRevokes {
  static final int R_COUNT = 0xc;
  static final int LIST = 0x10;

  private final MemorySegment bytes;
  private final boolean wide;
  private final int count;

  /**
   * Looks at a revoke block.
   *
   * @throws Ext4CorruptedException when its length is none that fits
   */
  public JournalRevokes(MemorySegment bytes, JournalSuperblock journal)
      throws Ext4CorruptedException {
    this.bytes = bytes;
    this.wide = journal.has(JournalFeature.SIXTY_FOUR_BIT);
    long used = u32(bytes, R_COUNT);
    if (used < LIST || used > JournalBlock.contentEnd(bytes, journal)) {
      throw new Ext4CorruptedException(
          "journal revoke block", "a list that ends at byte %d".formatted(used));
    }
    this.count = (int) (used - LIST) / (wide ? Long.BYTES : Integer.BYTES);
  }

  /** How many blocks are listed. */
  public int count() {
    return count;
  }

  /**
   * A listed block.
   *
   * @param index 0 to {@link #count} - 1
   */
  public long block(int index) {
    return wide
        ? bits64(bytes, LIST + (long) Long.BYTES * index)
        : u32(bytes, LIST + (long) Integer.BYTES * index);
  }
}
