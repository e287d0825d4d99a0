package dev.ringside.ext4.mapping;

import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;

/** From the blocks of one file to blocks of the disk. */
public sealed interface FileMapping permits ExtentTree, IndirectBlocks {
  /**
   * The range that starts at a file block and reaches as far as one lookup tells; the next lookup
   * may continue in the same state.
   *
   * @param fileBlock 0 to 2^32 - 1
   * @throws Ext4CorruptedException when the mapping is damaged
   */
  IoMap map(long fileBlock) throws Ext4Exception;

  /** How many levels of metadata blocks lie between the inode and the content; 0 for none. */
  int depth();

  /** The mapping of a file whose inode says that its {@code i_block} is one. */
  static FileMapping of(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    return inode.has(InodeFlag.EXTENTS)
        ? new ExtentTree(inode, superblock, cache)
        : new IndirectBlocks(inode, superblock, cache);
  }
}
