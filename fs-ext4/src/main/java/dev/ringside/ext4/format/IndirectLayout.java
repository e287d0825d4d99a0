package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits64;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * The mapping of ext2 and ext3: block numbers of 32 bits, 0 for a hole.
 *
 * <pre>
 *  i_block:  0 ... 11          12              13              14
 *            | direct blocks | indirect      | double        | triple        |
 *                              one block of    one of those    one of those
 *                              block numbers   blocks' numbers blocks' numbers
 * </pre>
 */
public final class IndirectLayout {
  /** How many data blocks the inode itself names. */
  public static final int DIRECT = 12;

  /** How many levels of indirection there are; level 1 stands in entry {@link #DIRECT}. */
  public static final int LEVELS = 3;

  private IndirectLayout() {}

  /** How many block numbers a block holds. */
  public static int pointersPerBlock(int blockSize) {
    return blockSize / Integer.BYTES;
  }

  /** How many data blocks an entry at a level leads to; level 0 is a data block itself. */
  public static long blocksBelow(int level, int blockSize) {
    long blocks = 1;
    for (int i = 0; i < level; i++) {
      blocks *= pointersPerBlock(blockSize);
    }
    return blocks;
  }

  /** How many blocks a file can have, at most the 2^32 that file block numbers allow. */
  public static long maxBlocks(int blockSize) {
    long blocks = DIRECT;
    for (int level = 1; level <= LEVELS; level++) {
      blocks += blocksBelow(level, blockSize);
    }
    return Math.min(blocks, 1L << 32);
  }

  /** How many blocks of numbers a file without holes has. */
  public static long blocksOfNumbers(long blocks, int blockSize) {
    long left = blocks - DIRECT;
    long count = 0;
    for (int level = 1; level <= LEVELS && left > 0; level++) {
      long here = Math.min(left, blocksBelow(level, blockSize));
      for (int below = 1; below <= level; below++) {
        count += Math.ceilDiv(here, blocksBelow(below, blockSize));
      }
      left -= here;
    }
    return count;
  }

  /** A block number of {@code i_block} or of an indirect block. */
  public static long pointer(MemorySegment pointers, long index) {
    return u32(pointers, index * Integer.BYTES);
  }

  /** Sets a block number of {@code i_block} or of an indirect block; 0 for a hole. */
  public static void setPointer(MemorySegment pointers, long index, long block) {
    putU32(pointers, index * Integer.BYTES, block);
  }

  /** Whether an indirect block has nothing but holes. */
  public static boolean isEmpty(MemorySegment pointers) {
    for (long offset = 0; offset < pointers.byteSize(); offset += Long.BYTES) {
      if (bits64(pointers, offset) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Checks that every number in a block or in {@code i_block} is a hole or on the disk. */
  public static void verify(MemorySegment pointers, Superblock superblock, String structure)
      throws Ext4CorruptedException {
    long count = pointers.byteSize() / Integer.BYTES;
    for (long index = 0; index < count; index++) {
      long block = pointer(pointers, index);
      if (block != 0 && !superblock.isDataBlock(block)) {
        throw new Ext4CorruptedException(
            structure, "entry %d is block %d of %d".formatted(index, block, superblock.blocks()));
      }
    }
  }
}
