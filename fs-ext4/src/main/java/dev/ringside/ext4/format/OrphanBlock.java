package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.bits32;
import static dev.ringside.ext4.format.LittleEndian.putU32;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * A block of the orphan file: inode numbers, 0 where there is none, and a tail ({@code struct
 * ext4_orphan_block_tail}).
 *
 * <pre>
 *  0x00 inode numbers, 32 bits each
 *  size - 8   magic    checksum
 * </pre>
 */
public final class OrphanBlock {
  private static final int TAIL_SIZE = 8;
  private static final int MAGIC = 0x0b10_ca04;

  private final boolean checksums;
  private final int inodeSeed;
  private final int blockSize;

  /**
   * The layout in one filesystem.
   *
   * @param inodeSeed {@link Inode#checksumSeed} of the orphan file's inode
   */
  public OrphanBlock(Superblock superblock, int inodeSeed) {
    this.checksums = superblock.hasMetadataChecksums();
    this.inodeSeed = inodeSeed;
    this.blockSize = superblock.blockSize();
  }

  /** How many inode numbers a block holds. */
  public int entries() {
    return (blockSize - TAIL_SIZE) / Integer.BYTES;
  }

  /** The inode number at an index, 0 for none. */
  public long entry(MemorySegment bytes, int index) {
    return u32(bytes, (long) index * Integer.BYTES);
  }

  /** Puts an inode number at an index, 0 for none. */
  public void setEntry(MemorySegment bytes, int index, long inode) {
    putU32(bytes, (long) index * Integer.BYTES, inode);
  }

  /** Checks the tail. */
  public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
    int tail = blockSize - TAIL_SIZE;
    if (bits32(bytes, tail) != MAGIC) {
      throw new Ext4CorruptedException(
          "orphan file", block, "magic 0x%08x".formatted(bits32(bytes, tail)));
    }
    if (checksums) {
      ChecksumMismatch.check(
          "orphan file in block " + block,
          bits32(bytes, tail + Integer.BYTES),
          computeChecksum(bytes, block));
    }
  }

  /** Computes the checksum of a block that leaves the cache. */
  public void seal(MemorySegment bytes, long block) {
    if (checksums) {
      putU32(bytes, blockSize - Integer.BYTES, computeChecksum(bytes, block));
    }
  }

  private int computeChecksum(MemorySegment bytes, long block) {
    return new Crc32c()
        .start(inodeSeed)
        .addBits32((int) block)
        .addBits32((int) (block >>> Integer.SIZE))
        .add(bytes, 0, (long) entries() * Integer.BYTES)
        .value();
  }
}
