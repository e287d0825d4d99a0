package dev.ringside.ext4.alloc;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;

/** Gives blocks to files and metadata, and takes them back. */
public final class BlockAllocator {
  /**
   * Allocates blocks that follow each other.
   *
   * @param goal block at which they best begin; 0 for anywhere
   * @param count how many are wanted, 1 or more; fewer may come
   * @throws Ext4Exception with {@link Errno#ENOSPC} when not even one is left for this caller
   */
  public BlockRun allocate(Handle handle, long goal, long count) throws Ext4Exception {
    if (count < 1) {
      throw new IllegalArgumentException(count + " blocks");
    }
    throw new UnsupportedOperationException();
  }

  /**
   * Takes blocks back. They are given to nobody else before the handle's transaction has committed.
   *
   * @param metadata whether they went through the journal: those are forgotten there, too
   * @throws Ext4CorruptedException when one of them is free already, or belongs to the filesystem
   */
  public void free(Handle handle, long first, long count, boolean metadata) throws Ext4Exception {
    if (count < 1) {
      throw new IllegalArgumentException(count + " blocks");
    }
    throw new UnsupportedOperationException();
  }
}
