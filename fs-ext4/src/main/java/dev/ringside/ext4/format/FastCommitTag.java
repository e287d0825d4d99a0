package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;

/**
 * The head of a row of fast commits, which are little-endian: a tag and a length of 16 bits each,
 * then features and the number of the transaction that they follow, of 32 bits each.
 */
public final class FastCommitTag {
  private static final int TAG_HEAD = 9;
  private static final int FC_TID = 8;

  private FastCommitTag() {}

  /** Whether a block begins fast commits that belong to a transaction. */
  public static boolean isHeadOf(MemorySegment block, int sequence) {
    return LittleEndian.u16(block, 0) == TAG_HEAD && LittleEndian.bits32(block, FC_TID) == sequence;
  }
}
