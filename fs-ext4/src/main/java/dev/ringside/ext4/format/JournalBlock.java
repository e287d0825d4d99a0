package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.BigEndian.*;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What kind of block of a journal a block is, by its header of 12 bytes: magic, type, sequence. A
 * block without the magic is none of the journal's own: the copy of a block of the filesystem, or
 * what was there before.
 */
public enum JournalBlock {
  /** Says where the copies go that follow it. */
  DESCRIPTOR(1),
  /** Ends a transaction. */
  COMMIT(2),
  SUPERBLOCK_V1(3),
  SUPERBLOCK_V2(4),
  /** Says which blocks are not to be written from copies in this and earlier transactions. */
  REVOKE(5);

  /** The header's size in bytes. */
  public static final int HEADER_SIZE = 12;

  /** The first four bytes of every block of the journal's own. */
  static final int MAGIC = 0xc03b_3998;

  /** The checksum at the end of a descriptor or revoke block. */
  static final int TAIL_SIZE = Integer.BYTES;

  private static final int H_BLOCKTYPE = 0x4;
  private static final int H_SEQUENCE = 0x8;

  private final int code;

  JournalBlock(int code) {
    this.code = code;
  }

  /** The kind of a block; null when it is none of the journal's own. */
  public static @Nullable JournalBlock of(MemorySegment block) {
    if (bits32(block, 0) != MAGIC) {
      return null;
    }
    int type = bits32(block, H_BLOCKTYPE);
    for (JournalBlock known : values()) {
      if (known.code == type) {
        return known;
      }
    }
    return null;
  }

  /**
   * Whether a copy of a block of the filesystem would be taken for one of the journal's own, so
   * that it must be escaped.
   */
  public static boolean looksLikeOwn(MemorySegment block) {
    return bits32(block, 0) == MAGIC;
  }

  /** Makes a block one of this kind, with nothing behind the header. */
  void begin(MemorySegment block, int sequence) {
    block.fill((byte) 0);
    setBits32(block, 0, MAGIC);
    setBits32(block, H_BLOCKTYPE, code);
    setBits32(block, H_SEQUENCE, sequence);
  }

  /** Writes the checksum at the end of a descriptor or revoke block, if the journal has any. */
  static void sealTail(MemorySegment block, JournalSuperblock journal) {
    if (journal.hasBlockChecksums()) {
      setBits32(block, block.byteSize() - TAIL_SIZE, tailChecksum(block, journal));
    }
  }

  private static int tailChecksum(MemorySegment block, JournalSuperblock journal) {
    return new Crc32c()
        .start(journal.checksumSeed())
        .add(block, 0, block.byteSize() - TAIL_SIZE)
        .addZeros(TAIL_SIZE)
        .value();
  }

  /** The number of the transaction that a block of the journal's own belongs to. */
  public static int sequence(MemorySegment block) {
    return bits32(block, H_SEQUENCE);
  }

  /** Whether the checksum at the end of a descriptor or revoke block is right. */
  public static boolean hasSoundTail(MemorySegment block, JournalSuperblock journal) {
    if (!journal.hasBlockChecksums()) {
      return true;
    }
    return tailChecksum(block, journal) == bits32(block, block.byteSize() - TAIL_SIZE);
  }

  /** Where the content of a descriptor or revoke block ends. */
  static long contentEnd(MemorySegment block, JournalSuperblock journal) {
    return journal.hasBlockChecksums() ? block.byteSize() - TAIL_SIZE : block.byteSize();
  }
}
