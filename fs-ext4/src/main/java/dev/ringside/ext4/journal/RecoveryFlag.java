package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.RecoveryMark;
import dev.ringside.ext4.format.Superblock;

/**
 * Says in the superblock whether the journal has to be looked at before anything else. That cannot
 * go through the journal, so it is written home at once: before the log holds anything, and when it
 * holds nothing any more. Nothing else of the superblock is written with it, so that {@link
 * RecoveryMark#mend} knows what a crash in the middle leaves.
 */
final class RecoveryFlag {
  private static final BlockCheck ANY = (_, _) -> {};

  private final Superblock superblock;
  private final MetadataCache cache;
  private final DiskIo io;

  RecoveryFlag(Superblock superblock, MetadataCache cache, DiskIo io) {
    this.superblock = superblock;
    this.cache = cache;
    this.io = io;
  }

  /**
   * Writes the flag; it is durable when this returns. What else has changed since the superblock
   * came home is left to a transaction.
   */
  void set(boolean needed) throws Ext4Exception {
    superblock.set(Feature.RECOVER, needed);
    int blockSize = superblock.blockSize();
    int offset = Superblock.DISK_OFFSET % blockSize;
    IoBatch batch = io.batch();
    try (CachedBlock block = cache.get(Superblock.DISK_OFFSET / blockSize, ANY)) {
      RecoveryMark.set(block.bytes().asSlice(offset, Superblock.SIZE), needed);
      io.write(batch, Superblock.DISK_OFFSET, block.address() + offset, Superblock.SIZE);
      io.await(batch);
    }
    io.flush(batch);
    io.await(batch);
  }
}
