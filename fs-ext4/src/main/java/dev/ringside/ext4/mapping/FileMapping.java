package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.IndirectLayout;
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
   * How many blocks one {@link #allocate}, or one change of state within an extent, touches at
   * most, the inode's own included. The others ask their handle for credits as they go.
   */
  int changeCredits();

  /**
   * Gives blocks to a hole, from its first wanted block on: as many as one allocation brings.
   *
   * @param first a file block that {@link #map} answers with a hole
   * @param count how many blocks are wanted, all of them in that hole
   * @param unwritten whether they read as zeros until {@link #markWritten}; block maps cannot tell,
   *     so there they are written at once
   * @return what is mapped now: starts at {@code first} and has 1 to {@code count} blocks
   * @throws Ext4Exception with {@link Errno#ENOSPC} when there are none, {@link Errno#EFBIG} when
   *     the mapping or {@code i_blocks} does not reach so far; nothing has changed then
   */
  IoMap allocate(Handle handle, long first, long count, boolean unwritten) throws Ext4Exception;

  /**
   * Makes unwritten blocks written; the range may hold others, which stay what they are. May begin
   * new transactions in between: after each, the start of the range is done.
   */
  void markWritten(Handle handle, long first, long count) throws Ext4Exception;

  /**
   * Makes written blocks unwritten, so that they read as zeros; the others stay what they are. May
   * begin new transactions in between: after each, the start of the range is done.
   *
   * @throws Ext4Exception with {@link Errno#EOPNOTSUPP} when the mapping is a block map
   */
  void markUnwritten(Handle handle, long first, long count) throws Ext4Exception;

  /**
   * Makes a range a hole and frees its blocks, from its end to its start. May begin new
   * transactions in between: after each, a tail of the range is gone, and the rest is as it was.
   *
   * @param count as large as wanted; what is behind the last mapped block costs nothing
   * @throws Ext4Exception with {@link Errno#ENOSPC} when an extent is split, and there is no block
   *     for its node; nothing has changed then
   */
  void remove(Handle handle, long first, long count) throws Ext4Exception;

  /**
   * Moves all that is mapped from a file block on, towards the end or, if {@code distance} is
   * negative, towards the start, where there must be a hole as long. May begin new transactions in
   * between, when there are more extents than one takes.
   *
   * @throws Ext4Exception with {@link Errno#EOPNOTSUPP} when the mapping is a block map, {@link
   *     Errno#EFBIG} when the last block would lie too far, {@link Errno#ENOSPC} as for {@link
   *     #remove}; nothing has changed then
   */
  void shift(Handle handle, long from, long distance) throws Ext4Exception;

  /**
   * The mapping of a file that is written, too.
   *
   * @param allocator where blocks come from
   */
  static FileMapping of(
      MappedFile file, Superblock superblock, MetadataCache cache, BlockAllocator allocator)
      throws Ext4CorruptedException {
    return file.inode().has(InodeFlag.EXTENTS)
        ? new ExtentTree(file, superblock, cache, allocator)
        : new IndirectBlocks(file, superblock, cache, allocator);
  }

  /**
   * The largest size that a file can have, in bytes: what its mapping reaches, and no more than
   * {@code i_blocks} can count if it has no holes.
   */
  static long maxBytes(Inode inode, Superblock superblock) {
    int blockSize = superblock.blockSize();
    boolean extents = inode.has(InodeFlag.EXTENTS);
    long most = extents ? ExtentEditor.END_OF_FILE_BLOCKS : IndirectLayout.maxBlocks(blockSize);
    long countable = FileSpace.countableBlocks(superblock);
    if (extents) {
      return Math.min(most, countable) * blockSize;
    }
    long numbers = IndirectLayout.blocksOfNumbers(most, blockSize);
    return most + numbers <= countable
        ? most * blockSize
        : (countable - IndirectLayout.blocksOfNumbers(countable, blockSize)) * blockSize;
  }

  /** The mapping of a file that is only read, whose inode says that its {@code i_block} is one. */
  static FileMapping of(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    return inode.has(InodeFlag.EXTENTS)
        ? new ExtentTree(inode, superblock, cache)
        : new IndirectBlocks(inode, superblock, cache);
  }
}
