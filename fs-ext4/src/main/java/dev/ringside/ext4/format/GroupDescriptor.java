package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.putU16;
import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * A block group's descriptor ({@code struct ext4_group_desc}).
 *
 * <pre>
 *  0x00 block_bitmap_lo   inode_bitmap_lo   inode_table_lo    free_blocks free_inodes
 *  0x10 used_dirs flags   exclude_bitmap    bitmap csums lo   itable_unused checksum
 *  0x20 block_bitmap_hi   inode_bitmap_hi   inode_table_hi    free_blocks free_inodes hi
 *  0x30 used_dirs itable_unused hi          exclude_bitmap_hi bitmap csums hi
 * </pre>
 *
 * <p>The part from 0x20 on exists only with 64bit. An object is a copy of a descriptor that was
 * checked: the places that it names lie on the disk and the counts are no larger than the group.
 *
 * @param blockBitmap block of the group's block bitmap
 * @param inodeBitmap block of the group's inode bitmap
 * @param inodeTable first block of the group's part of the inode table
 * @param blockBitmapChecksum what the block bitmap has; only 16 bits of it without 64bit
 * @param inodeBitmapChecksum what the inode bitmap has; only 16 bits of it without 64bit
 * @param counts what changes when blocks and inodes are taken and given back
 */
public record GroupDescriptor(
    long blockBitmap,
    long inodeBitmap,
    long inodeTable,
    int blockBitmapChecksum,
    int inodeBitmapChecksum,
    GroupCounts counts) {
  private static final int BG_BLOCK_BITMAP_LO = 0x00;
  private static final int BG_INODE_BITMAP_LO = 0x04;
  private static final int BG_INODE_TABLE_LO = 0x08;
  private static final int BG_FREE_BLOCKS_LO = 0x0c;
  private static final int BG_FREE_INODES_LO = 0x0e;
  private static final int BG_USED_DIRS_LO = 0x10;
  private static final int BG_FLAGS = 0x12;
  private static final int BG_BLOCK_BITMAP_CSUM_LO = 0x18;
  private static final int BG_INODE_BITMAP_CSUM_LO = 0x1a;
  private static final int BG_ITABLE_UNUSED_LO = 0x1c;
  private static final int BG_CHECKSUM = 0x1e;
  private static final int CHECKSUM_LENGTH = 2;

  /** From a field's low half, of 32 bits, to its high half. */
  private static final int TO_HIGH_32 = 0x20;

  /** From a counter's low half, of 16 bits, to its high half. */
  private static final int TO_HIGH_COUNT = 0x20;

  private static final int BG_ITABLE_UNUSED_HI = 0x32;
  private static final int BG_BLOCK_BITMAP_CSUM_HI = 0x38;
  private static final int BG_INODE_BITMAP_CSUM_HI = 0x3a;

  /**
   * Reads a descriptor whose checksum was verified.
   *
   * @param bytes starts at the descriptor
   */
  public static GroupDescriptor parse(MemorySegment bytes, Superblock superblock, long group)
      throws Ext4CorruptedException {
    GroupDescriptor parsed =
        new GroupDescriptor(
            place(bytes, BG_BLOCK_BITMAP_LO, superblock),
            place(bytes, BG_INODE_BITMAP_LO, superblock),
            place(bytes, BG_INODE_TABLE_LO, superblock),
            bitmapChecksum(bytes, superblock, BG_BLOCK_BITMAP_CSUM_LO, BG_BLOCK_BITMAP_CSUM_HI),
            bitmapChecksum(bytes, superblock, BG_INODE_BITMAP_CSUM_LO, BG_INODE_BITMAP_CSUM_HI),
            parseCounts(bytes, superblock));
    parsed.check(superblock, group);
    return parsed;
  }

  private static boolean isWide(Superblock superblock) {
    return superblock.has(Feature.SIXTY_FOUR_BIT);
  }

  private static long place(MemorySegment bytes, int offset, Superblock superblock) {
    long high = isWide(superblock) ? u32(bytes, offset + TO_HIGH_32) : 0;
    return (high << Integer.SIZE) | u32(bytes, offset);
  }

  private static GroupCounts parseCounts(MemorySegment bytes, Superblock superblock) {
    // Without a checksum nobody keeps flags and unused inodes up to date, so they say nothing.
    boolean trusted = superblock.hasGroupChecksums();
    int unused = u16(bytes, BG_ITABLE_UNUSED_LO);
    if (isWide(superblock)) {
      unused |= u16(bytes, BG_ITABLE_UNUSED_HI) << Short.SIZE;
    }
    return new GroupCounts(
        count(bytes, BG_FREE_BLOCKS_LO, superblock),
        count(bytes, BG_FREE_INODES_LO, superblock),
        count(bytes, BG_USED_DIRS_LO, superblock),
        trusted ? unused : 0,
        trusted ? u16(bytes, BG_FLAGS) : GroupCounts.FLAG_INODE_ZEROED);
  }

  private static int count(MemorySegment bytes, int offset, Superblock superblock) {
    int high = isWide(superblock) ? u16(bytes, offset + TO_HIGH_COUNT) : 0;
    return (high << Short.SIZE) | u16(bytes, offset);
  }

  private void check(Superblock superblock, long group) throws Ext4CorruptedException {
    if (!superblock.isDataRange(inodeTable, superblock.layout().inodeTableBlocks())) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "inode table at block %s, of %d blocks, on a disk of %d"
              .formatted(
                  Long.toUnsignedString(inodeTable),
                  superblock.layout().inodeTableBlocks(),
                  superblock.blocks()));
    }
    if (Integer.compareUnsigned(counts.unusedInodes(), (int) superblock.inodesPerGroup()) > 0) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "%d unused inodes of %d".formatted(counts.unusedInodes(), superblock.inodesPerGroup()));
    }
  }

  /**
   * Checks what only a writer needs: where the bitmaps are, and the counts.
   *
   * @throws Ext4CorruptedException when they cannot be
   */
  public void checkWritable(Superblock superblock, long group) throws Ext4CorruptedException {
    String structure = "group descriptor " + group;
    if (!superblock.isDataBlock(blockBitmap) || !superblock.isDataBlock(inodeBitmap)) {
      throw new Ext4CorruptedException(
          structure,
          "bitmaps in blocks %s and %s of %d"
              .formatted(
                  Long.toUnsignedString(blockBitmap),
                  Long.toUnsignedString(inodeBitmap),
                  superblock.blocks()));
    }
    int inodes = (int) superblock.inodesPerGroup();
    if (isAbove(counts.freeBlocks(), superblock.layout().groupBlocks(group))
        || isAbove(counts.freeInodes(), inodes)
        || isAbove(counts.usedDirectories(), inodes)) {
      throw new Ext4CorruptedException(
          structure,
          "%d free blocks of %d, %d free inodes and %d directories of %d"
              .formatted(
                  counts.freeBlocks(),
                  superblock.layout().groupBlocks(group),
                  counts.freeInodes(),
                  counts.usedDirectories(),
                  inodes));
    }
  }

  private static boolean isAbove(int count, int limit) {
    return Integer.compareUnsigned(count, limit) > 0;
  }

  /** The same with other counts. */
  public GroupDescriptor with(GroupCounts newer) {
    return new GroupDescriptor(
        blockBitmap, inodeBitmap, inodeTable, blockBitmapChecksum, inodeBitmapChecksum, newer);
  }

  /** How many inodes at the end of the table were never used. */
  public long unusedInodes() {
    return counts.unusedInodes();
  }

  /** Whether no inode of the group was ever used. */
  public boolean inodesUninitialised() {
    return counts.has(GroupCounts.FLAG_INODE_UNINIT);
  }

  /**
   * Writes counts into a descriptor; {@link #seal} follows.
   *
   * @param bytes starts at the descriptor
   */
  public static void writeCounts(MemorySegment bytes, Superblock superblock, GroupCounts counts) {
    writeCount(bytes, BG_FREE_BLOCKS_LO, superblock, counts.freeBlocks());
    writeCount(bytes, BG_FREE_INODES_LO, superblock, counts.freeInodes());
    writeCount(bytes, BG_USED_DIRS_LO, superblock, counts.usedDirectories());
    if (superblock.hasGroupChecksums()) {
      putU16(bytes, BG_FLAGS, counts.flags());
      putU16(bytes, BG_ITABLE_UNUSED_LO, counts.unusedInodes());
      if (isWide(superblock)) {
        putU16(bytes, BG_ITABLE_UNUSED_HI, counts.unusedInodes() >>> Short.SIZE);
      }
    }
  }

  private static void writeCount(
      MemorySegment bytes, int offset, Superblock superblock, int value) {
    putU16(bytes, offset, value);
    if (isWide(superblock)) {
      putU16(bytes, offset + TO_HIGH_COUNT, value >>> Short.SIZE);
    }
  }

  private static int bitmapChecksum(
      MemorySegment bytes, Superblock superblock, int lowOffset, int highOffset) {
    int high = isWide(superblock) ? u16(bytes, highOffset) : 0;
    return (high << Short.SIZE) | u16(bytes, lowOffset);
  }

  /** How much of a bitmap's checksum a descriptor has room for. */
  static int bitmapChecksumMask(Superblock superblock) {
    return isWide(superblock) ? -1 : 0xffff;
  }

  /** Writes the block bitmap's checksum. */
  public static void writeBlockBitmapChecksum(
      MemorySegment bytes, Superblock superblock, int checksum) {
    putU16(bytes, BG_BLOCK_BITMAP_CSUM_LO, checksum);
    if (isWide(superblock)) {
      putU16(bytes, BG_BLOCK_BITMAP_CSUM_HI, checksum >>> Short.SIZE);
    }
  }

  /** Writes the inode bitmap's checksum. */
  public static void writeInodeBitmapChecksum(
      MemorySegment bytes, Superblock superblock, int checksum) {
    putU16(bytes, BG_INODE_BITMAP_CSUM_LO, checksum);
    if (isWide(superblock)) {
      putU16(bytes, BG_INODE_BITMAP_CSUM_HI, checksum >>> Short.SIZE);
    }
  }

  /**
   * Verifies a descriptor's checksum: the low half of a CRC-32C with metadata_csum, a CRC-16 with
   * uninit_bg, none otherwise.
   *
   * @param bytes starts at the descriptor
   */
  public static void verify(MemorySegment bytes, Superblock superblock, long group)
      throws Ext4CorruptedException {
    if (superblock.hasGroupChecksums()) {
      ChecksumMismatch.check(
          "group descriptor " + group, u16(bytes, BG_CHECKSUM), checksum(bytes, superblock, group));
    }
  }

  /**
   * Writes a descriptor's checksum, if the filesystem has them.
   *
   * @param bytes starts at the descriptor
   */
  public static void seal(MemorySegment bytes, Superblock superblock, long group) {
    if (superblock.hasGroupChecksums()) {
      putU16(bytes, BG_CHECKSUM, checksum(bytes, superblock, group));
    }
  }

  private static int checksum(MemorySegment bytes, Superblock superblock, long group) {
    int size = superblock.descriptorSize();
    int afterChecksum = BG_CHECKSUM + CHECKSUM_LENGTH;
    if (superblock.has(Feature.METADATA_CSUM)) {
      return new Crc32c()
              .start(superblock.checksumSeed())
              .addBits32((int) group)
              .add(bytes, 0, BG_CHECKSUM)
              .addZeros(CHECKSUM_LENGTH)
              .add(bytes, afterChecksum, size - afterChecksum)
              .value()
          & 0xffff;
    }
    int crc = Crc16.addBits32(superblock.uuidCrc16(), (int) group);
    crc = Crc16.add(crc, bytes, 0, BG_CHECKSUM);
    return Crc16.add(crc, bytes, afterChecksum, size - afterChecksum);
  }
}
