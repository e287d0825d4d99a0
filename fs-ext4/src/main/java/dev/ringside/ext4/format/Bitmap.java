package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits64;
import static dev.ringside.ext4.format.LittleEndian.put64;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * A block of bits, one for each block or inode of a group; a set bit is in use. Bit 0 is the lowest
 * of byte 0. Every method works on words of 64 bits, in place.
 */
public final class Bitmap {
  private static final int WORD_SHIFT = 6;
  private static final long ONES = -1L;

  private Bitmap() {}

  /** The first clear bit in {@code from} to {@code end} - 1, or {@code end}. */
  public static int nextClear(MemorySegment bits, int from, int end) {
    return next(bits, from, end, ONES);
  }

  /** The first set bit in {@code from} to {@code end} - 1, or {@code end}. */
  public static int nextSet(MemorySegment bits, int from, int end) {
    return next(bits, from, end, 0);
  }

  private static int next(MemorySegment bits, int from, int end, long inversion) {
    if (from >= end) {
      return end;
    }
    int index = from >>> WORD_SHIFT;
    long word = (word(bits, index) ^ inversion) & (ONES << from);
    while (word == 0) {
      index++;
      if (index << WORD_SHIFT >= end) {
        return end;
      }
      word = word(bits, index) ^ inversion;
    }
    return Math.min(end, (index << WORD_SHIFT) + Long.numberOfTrailingZeros(word));
  }

  private static long word(MemorySegment bits, int index) {
    return bits64(bits, (long) index * Long.BYTES);
  }

  /** Whether a bit is set. */
  public static boolean isSet(MemorySegment bits, int bit) {
    return (word(bits, bit >>> WORD_SHIFT) >>> bit & 1) != 0;
  }

  /** Sets the bits {@code from} to {@code end} - 1. */
  public static void set(MemorySegment bits, int from, int end) {
    for (int at = from; at < end; at = wordEnd(at)) {
      long offset = (long) (at >>> WORD_SHIFT) * Long.BYTES;
      put64(bits, offset, bits64(bits, offset) | mask(at, end));
    }
  }

  /** Clears the bits {@code from} to {@code end} - 1. */
  public static void clear(MemorySegment bits, int from, int end) {
    for (int at = from; at < end; at = wordEnd(at)) {
      long offset = (long) (at >>> WORD_SHIFT) * Long.BYTES;
      put64(bits, offset, bits64(bits, offset) & ~mask(at, end));
    }
  }

  /** How many of the bits 0 to {@code end} - 1 are clear. */
  public static int countClear(MemorySegment bits, int end) {
    int clear = 0;
    for (int at = 0; at < end; at = wordEnd(at)) {
      clear += Long.bitCount(~word(bits, at >>> WORD_SHIFT) & mask(at, end));
    }
    return clear;
  }

  private static int wordEnd(int bit) {
    return ((bit >>> WORD_SHIFT) + 1) << WORD_SHIFT;
  }

  /** The bits from one on that lie in its word and before {@code end}. */
  private static long mask(int from, int end) {
    long mask = ONES << from;
    return end < wordEnd(from) ? mask & ~(ONES << end) : mask;
  }

  /**
   * The checksum that the group's descriptor keeps, of 32 bits.
   *
   * @param count how many blocks or inodes a group has; their bits fill whole bytes
   */
  public static int checksum(MemorySegment bits, Superblock superblock, long count) {
    return new Crc32c().start(superblock.checksumSeed()).add(bits, 0, count / Byte.SIZE).value();
  }

  /**
   * Checks a bitmap against the checksum that its group's descriptor keeps.
   *
   * @param count as for {@link #checksum}
   * @param expected the checksum, or its low half where the descriptor has room for no more
   */
  public static void verifyChecksum(
      MemorySegment bits,
      Superblock superblock,
      long count,
      int expected,
      String structure,
      long block)
      throws Ext4CorruptedException {
    if (superblock.hasMetadataChecksums()) {
      int computed = checksum(bits, superblock, count);
      int mask = GroupDescriptor.bitmapChecksumMask(superblock);
      ChecksumMismatch.check(structure, block, expected & mask, computed & mask);
    }
  }
}
