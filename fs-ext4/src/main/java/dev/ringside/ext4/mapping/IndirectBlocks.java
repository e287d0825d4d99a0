package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.BlockAllocator;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.IndirectLayout;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of ext2 and ext3: direct, indirect, double and triple indirect blocks.
 *
 * <p>Neighbours in one block of numbers that continue each other are answered together. The levels
 * are counted, so a cycle ends at level 0 like anything else.
 */
public final class IndirectBlocks implements FileMapping {
  private static final long LIMIT_OF_POINTERS = 1L << 32;

  private final IndirectNodes nodes;
  private final @Nullable IndirectEditor editor;

  /** A block map that is only read. */
  IndirectBlocks(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    this.nodes = new IndirectNodes(inode, superblock, cache, null);
    this.editor = null;
  }

  /** A block map that is written, too. */
  IndirectBlocks(
      MappedFile file, Superblock superblock, MetadataCache cache, BlockAllocator allocator)
      throws Ext4CorruptedException {
    this.nodes = new IndirectNodes(file.inode(), superblock, cache, allocator.zone());
    FileSpace space = new FileSpace(file, superblock, allocator, LIMIT_OF_POINTERS);
    this.editor = new IndirectEditor(nodes, space);
  }

  private static int rootEntry(int level) {
    return IndirectLayout.DIRECT + level - 1;
  }

  @Override
  public int depth() {
    int deepest = 0;
    for (int level = 1; level <= IndirectLayout.LEVELS; level++) {
      if (IndirectLayout.pointer(nodes.root(), rootEntry(level)) != 0) {
        deepest = level;
      }
    }
    return deepest;
  }

  @Override
  public IoMap map(long fileBlock) throws Ext4Exception {
    if (fileBlock < IndirectLayout.DIRECT) {
      return run(nodes.root(), fileBlock, IndirectLayout.DIRECT, fileBlock);
    }
    long first = IndirectLayout.DIRECT;
    for (int level = 1; level <= IndirectLayout.LEVELS; level++) {
      long below = nodes.blocksBelow(level);
      if (fileBlock < first + below) {
        long block = IndirectLayout.pointer(nodes.root(), rootEntry(level));
        return descend(block, level, fileBlock - first, fileBlock);
      }
      first += below;
    }
    throw new Ext4CorruptedException(
        "block map of inode " + nodes.inode(), "file block " + fileBlock + " has no place in it");
  }

  /**
   * Looks a block up below one entry.
   *
   * @param block what the entry says; 0 for a hole
   * @param level how many levels of blocks of numbers it stands for, 1 or more
   * @param offset of the wanted block among those below the entry
   */
  private IoMap descend(long block, int level, long offset, long fileBlock) throws Ext4Exception {
    if (block == 0) {
      return new IoMap.Hole(fileBlock, nodes.blocksBelow(level) - offset);
    }
    try (CachedBlock pointers = nodes.get(block)) {
      if (level == 1) {
        return run(pointers.bytes(), offset, nodes.pointersPerBlock(), fileBlock);
      }
      long below = nodes.blocksBelow(level - 1);
      long next = IndirectLayout.pointer(pointers.bytes(), offset / below);
      return descend(next, level - 1, offset % below, fileBlock);
    }
  }

  /** The longest run of entries from one on that are all holes, or all continue each other. */
  private static IoMap run(MemorySegment pointers, long index, long entries, long fileBlock) {
    long block = IndirectLayout.pointer(pointers, index);
    long step = block == 0 ? 0 : 1;
    long count = 1;
    while (index + count < entries
        && IndirectLayout.pointer(pointers, index + count) == block + step * count) {
      count++;
    }
    return block == 0
        ? new IoMap.Hole(fileBlock, count)
        : new IoMap.Mapped(fileBlock, count, block);
  }

  private IndirectEditor editor() {
    if (editor == null) {
      throw new IllegalStateException("this mapping is only for reading");
    }
    return editor;
  }

  @Override
  public int changeCredits() {
    // Each level may get a new block, with its bitmap and descriptor.
    return 3 * IndirectLayout.LEVELS + 1 + BlockAllocator.ALLOCATE_CREDITS + 1;
  }

  @Override
  public IoMap allocate(Handle handle, long first, long count, boolean unwritten)
      throws Ext4Exception {
    return editor().allocate(handle, first, count);
  }

  @Override
  public void markWritten(Handle handle, long first, long count) {
    // There is nothing else.
  }

  @Override
  public void markUnwritten(Handle handle, long first, long count) throws Ext4Exception {
    throw notForBlockMaps();
  }

  @Override
  public void remove(Handle handle, long first, long count) throws Ext4Exception {
    editor().remove(handle, first, count);
  }

  @Override
  public void shift(Handle handle, long from, long distance) throws Ext4Exception {
    throw notForBlockMaps();
  }

  private Ext4Exception notForBlockMaps() {
    return new Ext4Exception(
        Errno.EOPNOTSUPP, "inode " + nodes.inode(), "its mapping is a block map");
  }
}
