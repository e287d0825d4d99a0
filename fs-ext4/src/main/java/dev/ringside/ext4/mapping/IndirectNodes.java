package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.SystemZone;
import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.IndirectLayout;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The blocks of numbers of one block map, through the cache; they have no checksums. */
final class IndirectNodes {
  private final MemorySegment root;
  private final MetadataCache cache;
  private final PointerCheck check;
  private final int blockSize;

  /**
   * The block map of an inode.
   *
   * @param zone blocks that no file may have; null when nobody knows them
   */
  IndirectNodes(Inode inode, Superblock superblock, MetadataCache cache, @Nullable SystemZone zone)
      throws Ext4CorruptedException {
    this.root = inode.blockArea();
    this.cache = cache;
    this.blockSize = superblock.blockSize();
    this.check = new PointerCheck(superblock, inode.number(), zone);
    check.verify(root, "block map of inode " + inode.number());
  }

  private record PointerCheck(Superblock superblock, long inode, @Nullable SystemZone zone)
      implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      verify(bytes, "indirect block of inode %d in block %d".formatted(inode, block));
    }

    void verify(MemorySegment bytes, String structure) throws Ext4CorruptedException {
      IndirectLayout.verify(bytes, superblock, structure);
      if (zone == null) {
        return;
      }
      long count = bytes.byteSize() / Integer.BYTES;
      for (long index = 0; index < count; index++) {
        long pointer = IndirectLayout.pointer(bytes, index);
        if (pointer != 0 && zone.overlaps(pointer, 1)) {
          throw new Ext4CorruptedException(
              structure, "entry %d is block %d, the filesystem's own".formatted(index, pointer));
        }
      }
    }
  }

  /** {@code i_block}. */
  MemorySegment root() {
    return root;
  }

  long inode() {
    return check.inode();
  }

  int pointersPerBlock() {
    return IndirectLayout.pointersPerBlock(blockSize);
  }

  /** How many data blocks an entry at a level leads to. */
  long blocksBelow(int level) {
    return IndirectLayout.blocksBelow(level, blockSize);
  }

  /** One more than the last file block that has a place. */
  long end() {
    return IndirectLayout.maxBlocks(blockSize);
  }

  /** A block of numbers; the caller closes it. */
  CachedBlock get(long block) throws Ext4Exception {
    return cache.get(block, check);
  }

  /** A new block of holes, which is changed already; the caller closes it. */
  CachedBlock create(Handle handle, long number) throws Ext4Exception {
    CachedBlock block = cache.getNew(number, check);
    handle.change(block, BlockSeal.NONE);
    return block;
  }
}
