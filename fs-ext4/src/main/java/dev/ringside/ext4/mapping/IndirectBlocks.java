package dev.ringside.ext4.mapping;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.IndirectLayout;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import java.lang.foreign.MemorySegment;

/**
 * The mapping of ext2 and ext3: direct, indirect, double and triple indirect blocks.
 *
 * <p>Neighbours in one block of numbers that continue each other are answered together. The levels
 * are counted, so a cycle ends at level 0 like anything else.
 */
public final class IndirectBlocks implements FileMapping {
  private final MemorySegment root;
  private final MetadataCache cache;
  private final int blockSize;
  private final PointerCheck check;
  private final int depth;

  IndirectBlocks(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    this.root = inode.blockArea();
    this.cache = cache;
    this.blockSize = superblock.blockSize();
    this.check = new PointerCheck(superblock, inode.number());
    IndirectLayout.verify(root, superblock, "block map of inode " + inode.number());
    int deepest = 0;
    for (int level = 1; level <= IndirectLayout.LEVELS; level++) {
      if (IndirectLayout.pointer(root, rootEntry(level)) != 0) {
        deepest = level;
      }
    }
    this.depth = deepest;
  }

  private record PointerCheck(Superblock superblock, long inode) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      IndirectLayout.verify(
          bytes, superblock, "indirect block of inode %d in block %d".formatted(inode, block));
    }
  }

  private static int rootEntry(int level) {
    return IndirectLayout.DIRECT + level - 1;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public IoMap map(long fileBlock) throws Ext4Exception {
    if (fileBlock < IndirectLayout.DIRECT) {
      return run(root, fileBlock, IndirectLayout.DIRECT, fileBlock);
    }
    long first = IndirectLayout.DIRECT;
    for (int level = 1; level <= IndirectLayout.LEVELS; level++) {
      long below = IndirectLayout.blocksBelow(level, blockSize);
      if (fileBlock < first + below) {
        long block = IndirectLayout.pointer(root, rootEntry(level));
        return descend(block, level, fileBlock - first, fileBlock);
      }
      first += below;
    }
    throw new Ext4CorruptedException(
        "block map of inode " + check.inode(), "file block " + fileBlock + " has no place in it");
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
      return new IoMap.Hole(fileBlock, IndirectLayout.blocksBelow(level, blockSize) - offset);
    }
    try (CachedBlock pointers = cache.get(block, check)) {
      if (level == 1) {
        return run(pointers.bytes(), offset, IndirectLayout.pointersPerBlock(blockSize), fileBlock);
      }
      long below = IndirectLayout.blocksBelow(level - 1, blockSize);
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
}
