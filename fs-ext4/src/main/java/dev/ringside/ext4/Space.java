package dev.ringside.ext4;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.Superblock;

/** How full a filesystem is. */
final class Space {
  private static final int UNKNOWN = -1;

  private final Volume volume;
  private long overhead = UNKNOWN;

  Space(Volume volume) {
    this.volume = volume;
  }

  /** What statfs(2) says. */
  FileSystemStat stat() throws Ext4Exception {
    Superblock superblock = volume.superblock();
    if (overhead == UNKNOWN) {
      overhead = computeOverhead();
    }
    long free = superblock.freeBlocks();
    long kept = superblock.reservedBlocks() + superblock.heldBackBlocks();
    return new FileSystemStat(
        superblock.blockSize(),
        superblock.blocks() - overhead,
        free,
        Math.max(0, free - kept),
        superblock.inodes(),
        superblock.freeInodes(),
        DirectoryBlock.MAX_NAME_LENGTH);
  }

  /**
   * What can never hold a file: copies of the superblock, descriptors, bitmaps, tables, the log.
   */
  private long computeOverhead() throws Ext4Exception {
    Superblock superblock = volume.superblock();
    long blocks = superblock.firstDataBlock();
    for (long group = 0; group < superblock.groups(); group++) {
      blocks += superblock.groupHeaderBlocks(group) + 2 + superblock.inodeTableBlocks();
    }
    long journal = superblock.journalInode();
    if (journal != 0) {
      blocks += volume.table().readNamed(journal).size() / superblock.blockSize();
    }
    return blocks;
  }
}
