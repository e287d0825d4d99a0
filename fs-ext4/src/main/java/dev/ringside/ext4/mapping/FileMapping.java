package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

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

  /**
   * Gives blocks to a hole, from its first wanted block on: as many as one allocation brings.
   *
   * @param first a file block that {@link #map} answers with a hole
   * @param count how many blocks are wanted, all of them in that hole
   * @param unwritten whether they read as zeros until {@link #markWritten}; false for block maps
   * @return what is mapped now: starts at {@code first} and has 1 to {@code count} blocks
   * @throws Ext4Exception with {@link Errno#ENOSPC} when there are none; nothing has changed then
   */
  default IoMap allocate(Handle handle, long first, long count, boolean unwritten)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Makes unwritten blocks written; the range may hold others, which stay what they are. */
  default void markWritten(Handle handle, long first, long count) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Makes written blocks unwritten, so that they read as zeros; the others stay what they are. */
  default void markUnwritten(Handle handle, long first, long count) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a range a hole and frees its blocks, from its end to its start. May begin new
   * transactions in between: after each, a tail of the range is gone, and the rest is as it was.
   *
   * @param count as large as wanted; what is behind the last mapped block costs nothing
   */
  default void remove(Handle handle, long first, long count) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * Moves all that is mapped from a file block on, towards the end or, if {@code distance} is
   * negative, towards the start, where there must be a hole as long.
   *
   * @throws Ext4Exception with {@link Errno#EOPNOTSUPP} when the mapping is a block map
   */
  default void shift(Handle handle, long from, long distance) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * The mapping of a file that is written, too.
   *
   * @param allocator where blocks come from
   */
  static FileMapping of(
      MappedFile file, Superblock superblock, MetadataCache cache, BlockAllocator allocator)
      throws Ext4CorruptedException {
    return of(file.inode(), superblock, cache);
  }

  /** The mapping of a file that is only read, whose inode says that its {@code i_block} is one. */
  static FileMapping of(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    return inode.has(InodeFlag.EXTENTS)
        ? new ExtentTree(inode, superblock, cache)
        : new IndirectBlocks(inode, superblock, cache);
  }
}
