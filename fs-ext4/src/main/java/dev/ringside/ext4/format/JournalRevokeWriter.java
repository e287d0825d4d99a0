package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;

/** Fills revoke blocks, in the layout of {@link JournalRevokes}. */
public final class JournalRevokeWriter {
  private final JournalSuperblock journal;
  private final boolean wide;

  private MemorySegment bytes = MemorySegment.NULL;
  private long used;

  /** Writes revokes for a journal, whose features do not change any more. */
  public JournalRevokeWriter(JournalSuperblock journal) {
    this.journal = journal;
    this.wide = journal.has(JournalFeature.SIXTY_FOUR_BIT);
  }

  /** How many revokes at least a block holds. */
  public static int capacity(int blockSize) {
    return (blockSize - JournalRevokes.LIST - JournalBlock.TAIL_SIZE) / Long.BYTES;
  }

  /** Begins a revoke block of a transaction. */
  public void begin(MemorySegment block, int transaction) {
    JournalBlock.REVOKE.begin(block, transaction);
    bytes = block;
    used = JournalRevokes.LIST;
  }

  /** Whether there is no room for another block's number. */
  public boolean isFull() {
    return used + (wide ? Long.BYTES : Integer.BYTES) > JournalBlock.contentEnd(bytes, journal);
  }

  /** Revokes a block. */
  public void add(long block) {
    if (wide) {
      BigEndian.setBits64(bytes, used, block);
      used += Long.BYTES;
    } else {
      BigEndian.setBits32(bytes, used, (int) block);
      used += Integer.BYTES;
    }
  }

  /** Ends the revoke block. */
  public void end() {
    BigEndian.setBits32(bytes, JournalRevokes.R_COUNT, (int) used);
    JournalBlock.sealTail(bytes, journal);
  }
}
