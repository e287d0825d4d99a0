package dev.ringside.ext4;

import dev.ringside.ext4.alloc.SpaceCounts;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryBlock;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;

/** How full a filesystem is. */
final class Space {
  private final Volume volume;

  Space(Volume volume) {
    this.volume = volume;
  }

  /** What statfs(2) says. */
  FileSystemStat stat() throws Ext4Exception {
    return volume.hasWriting() ? ofAllocation() : ofSuperblock();
  }

  private FileSystemStat ofAllocation() {
    SpaceCounts counts = volume.writing().allocation().blocks().counts();
    return new FileSystemStat(
        volume.superblock().blockSize(),
        counts.blocks(),
        counts.freeBlocks(),
        counts.availableBlocks(),
        counts.inodes(),
        counts.freeInodes(),
        DirectoryBlock.MAX_NAME_LENGTH);
  }

  private FileSystemStat ofSuperblock() throws Ext4Exception {
    Superblock superblock = volume.superblock();
    long free = superblock.freeBlocks();
    long kept = superblock.reservedBlocks() + superblock.heldBackBlocks();
    return new FileSystemStat(
        superblock.blockSize(),
        superblock.blocks() - overhead(),
        free,
        Math.max(0, free - kept),
        superblock.inodes(),
        superblock.freeInodes(),
        DirectoryBlock.MAX_NAME_LENGTH);
  }

  /**
   * What can never hold a file: copies of the superblock, descriptors, bitmaps, tables, the log.
   */
  private long overhead() throws Ext4Exception {
    Superblock superblock = volume.superblock();
    long blocks = superblock.firstDataBlock();
    for (long group = 0; group < superblock.groups(); group++) {
      blocks +=
          superblock.layout().groupHeaderBlocks(group) + 2 + superblock.layout().inodeTableBlocks();
    }
    long journal = superblock.journalInode();
    if (journal != 0) {
      Inode inode = volume.table().readNamed(journal);
      blocks += inode.type() == FileType.REGULAR ? inode.size() / superblock.blockSize() : 0;
    }
    return blocks;
  }

  /** What fstrim does; parameters as for {@link Ext4#trim}. */
  long trim(long start, long length, long minLength) throws Ext4Exception {
    volume.checkWritable();
    if (start < 0 || length < 0 || minLength < 0) {
      throw new Ext4Exception(Errno.EINVAL, "trim");
    }
    // Blocks that wait for a commit to become free are free after it.
    volume.writing().transactions().commitAll();
    return volume.writing().allocation().blocks().trim(start, length, minLength);
  }
}
