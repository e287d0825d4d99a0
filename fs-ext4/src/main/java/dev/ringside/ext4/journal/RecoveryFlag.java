package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Superblock;

/**
 * Says in the superblock whether the journal has to be looked at before anything else. That cannot
 * go through the journal, so it is written home at once: before the log holds anything, and when it
 * holds nothing any more.
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

  /** Writes the flag, and with it all of the superblock; it is durable when this returns. */
  void set(boolean needed) throws Ext4Exception {
    superblock.set(Feature.RECOVER, needed);
    int blockSize = superblock.blockSize();
    int offset = Superblock.DISK_OFFSET % blockSize;
    IoBatch batch = io.batch();
    try (CachedBlock block = cache.get(Superblock.DISK_OFFSET / blockSize, ANY)) {
      superblock.sealInto(block.bytes().asSlice(offset, Superblock.SIZE));
      io.write(batch, Superblock.DISK_OFFSET, block.address() + offset, Superblock.SIZE);
      io.await(batch);
    }
    io.flush(batch);
    io.await(batch);
  }
}
