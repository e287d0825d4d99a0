package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;

/**
 * Tells the disk of freed blocks, as soon as they cannot be wanted back and before anybody can
 * write to them again. A disk that fails is not told any more: a discard is only advice.
 */
final class OnlineDiscard implements ReleasedBlocks {
  private final DiskIo io;
  private final int blockSize;
  private final IoBatch batch;
  private boolean failed;

  OnlineDiscard(DiskIo io, int blockSize) {
    this.io = io;
    this.blockSize = blockSize;
    this.batch = io.batch();
  }

  @Override
  public void released(long first, long count) {
    if (failed) {
      return;
    }
    try {
      io.discard(batch, first * blockSize, count * blockSize);
    } catch (Ext4Exception broken) {
      failed = true;
    }
  }

  @Override
  public void allReleased() {
    try {
      io.await(batch);
    } catch (Ext4Exception broken) {
      failed = true;
    }
  }
}
