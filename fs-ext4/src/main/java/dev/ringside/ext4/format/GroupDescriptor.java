package dev.ringside.ext4.format;

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
 *  0x20 block_bitmap_hi   inode_bitmap_hi   inode_table_hi    (only with 64bit)
 *  0x32 itable_unused_hi
 * </pre>
 *
 * @param inodeTable first block of the group's part of the inode table
 * @param unusedInodes how many inodes at the end of the table were never used
 * @param inodesUninitialised whether no inode of the group was ever used
 */
public record GroupDescriptor(long inodeTable, long unusedInodes, boolean inodesUninitialised) {
  private static final int BG_INODE_TABLE_LO = 0x08;
  private static final int BG_FLAGS = 0x12;
  private static final int BG_ITABLE_UNUSED_LO = 0x1c;
  private static final int BG_CHECKSUM = 0x1e;
  private static final int CHECKSUM_LENGTH = 2;
  private static final int BG_INODE_TABLE_HI = 0x28;
  private static final int BG_ITABLE_UNUSED_HI = 0x32;

  private static final int FLAG_INODE_UNINIT = 0x1;

  /**
   * Reads a descriptor whose checksum was verified, and checks that its inode table lies on the
   * disk.
   *
   * @param bytes starts at the descriptor
   */
  public static GroupDescriptor parse(MemorySegment bytes, Superblock superblock, long group)
      throws Ext4CorruptedException {
    boolean wide = superblock.has(Feature.SIXTY_FOUR_BIT);
    long inodeTable = u32(bytes, BG_INODE_TABLE_LO);
    long unused = u16(bytes, BG_ITABLE_UNUSED_LO);
    if (wide) {
      inodeTable |= u32(bytes, BG_INODE_TABLE_HI) << 32;
      unused |= (long) u16(bytes, BG_ITABLE_UNUSED_HI) << 16;
    }
    // Without a checksum nobody keeps these two up to date, so they say nothing.
    boolean trusted = superblock.has(Feature.GDT_CSUM) || superblock.has(Feature.METADATA_CSUM);
    long tableBlocks =
        Math.ceilDiv(
            superblock.inodesPerGroup() * superblock.inodeSize(), (long) superblock.blockSize());
    if (!superblock.isDataRange(inodeTable, tableBlocks)) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "inode table at block %s, of %d blocks, on a disk of %d"
              .formatted(Long.toUnsignedString(inodeTable), tableBlocks, superblock.blocks()));
    }
    if (trusted && unused > superblock.inodesPerGroup()) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "%d unused inodes of %d".formatted(unused, superblock.inodesPerGroup()));
    }
    return new GroupDescriptor(
        inodeTable,
        trusted ? unused : 0,
        trusted && (u16(bytes, BG_FLAGS) & FLAG_INODE_UNINIT) != 0);
  }

  /**
   * Verifies a descriptor's checksum: the low half of a CRC-32C with metadata_csum, a CRC-16 with
   * uninit_bg, none otherwise.
   *
   * @param bytes starts at the descriptor
   */
  public static void verify(MemorySegment bytes, Superblock superblock, long group)
      throws Ext4CorruptedException {
    int size = superblock.descriptorSize();
    int afterChecksum = BG_CHECKSUM + CHECKSUM_LENGTH;
    int computed;
    if (superblock.has(Feature.METADATA_CSUM)) {
      computed =
          new Crc32c()
                  .start(superblock.checksumSeed())
                  .addBits32((int) group)
                  .add(bytes, 0, BG_CHECKSUM)
                  .addZeros(CHECKSUM_LENGTH)
                  .add(bytes, afterChecksum, size - afterChecksum)
                  .value()
              & 0xffff;
    } else if (superblock.has(Feature.GDT_CSUM)) {
      int crc = Crc16.addBits32(superblock.uuidCrc16(), (int) group);
      crc = Crc16.add(crc, bytes, 0, BG_CHECKSUM);
      computed = Crc16.add(crc, bytes, afterChecksum, size - afterChecksum);
    } else {
      return;
    }
    ChecksumMismatch.check("group descriptor " + group, u16(bytes, BG_CHECKSUM), computed);
  }
}
