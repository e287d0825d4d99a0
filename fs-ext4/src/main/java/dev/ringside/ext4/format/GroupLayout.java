package dev.ringside.ext4.format;

import static dev.ringside.ext4.format.LittleEndian.u16;
import static dev.ringside.ext4.format.LittleEndian.u32;
import static dev.ringside.ext4.format.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * Where the block groups of a filesystem lie, and what stands at the start of each: copies of the
 * superblock and of the descriptors. Nothing here reads the disk; it follows from the superblock.
 */
public final class GroupLayout {
  private static final int S_RESERVED_GDT_BLOCKS = 0xce;
  private static final int S_FIRST_META_BG = 0x104;
  private static final int S_LOG_GROUPS_PER_FLEX = 0x174;
  private static final int S_BACKUP_BGS = 0x24c;

  private final Superblock superblock;
  private final MemorySegment bytes;

  /**
   * The layout that a superblock describes.
   *
   * @param bytes of the superblock
   */
  GroupLayout(Superblock superblock, MemorySegment bytes) {
    this.superblock = superblock;
    this.bytes = bytes;
  }

  /** The first block of a group. */
  public long groupStart(long group) {
    return superblock.firstDataBlock() + group * superblock.blocksPerGroup();
  }

  /** How many group descriptors a block holds. */
  public int descriptorsPerBlock() {
    return superblock.blockSize() / superblock.descriptorSize();
  }

  /**
   * The block that holds a group's descriptor. With {@code meta_bg}, descriptors from {@code
   * s_first_meta_bg} on stand in the first group of those that they describe, behind the backup of
   * the superblock if there is one; the others follow the superblock.
   */
  public long descriptorBlock(long group) {
    long index = group / descriptorsPerBlock();
    long place = Superblock.DISK_OFFSET / superblock.blockSize();
    if (!superblock.has(Feature.META_BG) || index < firstMetaBlock()) {
      return place + 1 + index;
    }
    long firstGroup = index * descriptorsPerBlock();
    return firstGroup == 0 ? place + 1 : groupStart(firstGroup) + (hasBackup(firstGroup) ? 1 : 0);
  }

  /** How many blocks a group has: all have the same, but for the last. */
  public int groupBlocks(long group) {
    return (int) Math.min(superblock.blocksPerGroup(), superblock.blocks() - groupStart(group));
  }

  /** The group that a block lies in, which is not before the first data block. */
  public long groupOf(long block) {
    return (block - superblock.firstDataBlock()) / superblock.blocksPerGroup();
  }

  /** How many blocks a group's part of the inode table has. */
  public long inodeTableBlocks() {
    return Math.ceilDiv(
        superblock.inodesPerGroup() * superblock.inodeSize(), (long) superblock.blockSize());
  }

  /** How many groups keep their bitmaps and inode tables together; 1 without flex_bg. */
  public long groupsPerFlex() {
    int log = superblock.has(Feature.FLEX_BG) ? u8(bytes, S_LOG_GROUPS_PER_FLEX) : 0;
    return log < Integer.SIZE ? 1L << log : 1;
  }

  /**
   * How many blocks at a group's start are copies of the superblock and the descriptors, and room
   * for more descriptors.
   */
  public long groupHeaderBlocks(long group) {
    boolean superblockHere = group == 0 || hasBackup(group);
    long firstMeta = firstMetaBlock();
    long metaGroup = group / descriptorsPerBlock();
    if (superblock.has(Feature.META_BG) && metaGroup >= firstMeta) {
      long index = group % descriptorsPerBlock();
      boolean descriptorsHere = index <= 1 || index == descriptorsPerBlock() - 1;
      return (superblockHere ? 1L : 0) + (descriptorsHere ? 1 : 0);
    }
    if (!superblockHere) {
      return 0;
    }
    long descriptorBlocks =
        superblock.has(Feature.META_BG)
            ? firstMeta
            : Math.ceilDiv(superblock.groups(), (long) descriptorsPerBlock());
    return 1 + descriptorBlocks + u16(bytes, S_RESERVED_GDT_BLOCKS);
  }

  /** Whether a group starts with a copy of the superblock. */
  private boolean hasBackup(long group) {
    if (superblock.has(Feature.SPARSE_SUPER2)) {
      return group == u32(bytes, S_BACKUP_BGS) || group == u32(bytes, S_BACKUP_BGS + Integer.BYTES);
    }
    return !superblock.has(Feature.SPARSE_SUPER)
        || group <= 1
        || isPower(group, 3)
        || isPower(group, 5)
        || isPower(group, 7);
  }

  private static boolean isPower(long number, long base) {
    long power = base;
    while (power < number) {
      power *= base;
    }
    return power == number;
  }

  /**
   * The first block of descriptors that stands in the groups it describes, with {@code meta_bg}.
   */
  private long firstMetaBlock() {
    return u32(bytes, S_FIRST_META_BG);
  }
}
