package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;

/**
 * Brings the superblock of a mounted filesystem to its block. It changes in memory, in {@link
 * Superblock}'s setters; whoever uses one says so here, and the block follows at the commit.
 */
public final class SuperblockUpdates implements DeferredMetadata {
  /** The block may hold other things, too: a boot sector, or with small blocks nothing. */
  private static final BlockCheck ANY = (_, _) -> {};

  private final Superblock superblock;
  private final MetadataCache cache;

  /** Nothing has changed yet. */
  public SuperblockUpdates(Superblock superblock, MetadataCache cache) {
    this.superblock = superblock;
    this.cache = cache;
  }

  /** Says that the superblock has changed. */
  public void changed(Handle handle) {
    handle.defer(this);
  }

  @Override
  public void writeInto(Handle handle) throws Ext4Exception {
    int blockSize = superblock.blockSize();
    try (CachedBlock block = cache.get(Superblock.DISK_OFFSET / blockSize, ANY)) {
      handle.change(block, BlockSeal.NONE);
      superblock.sealInto(block.bytes().asSlice(Superblock.DISK_OFFSET % blockSize));
    }
  }
}
