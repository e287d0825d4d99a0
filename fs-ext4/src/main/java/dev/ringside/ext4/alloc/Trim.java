package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Bitmap;
import dev.ringside.ext4.format.GroupCounts;
import dev.ringside.ext4.format.Superblock;
import java.lang.foreign.MemorySegment;

/** Tells the disk of all runs of free blocks in a range. */
final class Trim {
  private final Superblock superblock;
  private final GroupState state;
  private final GroupBitmaps bitmaps;
  private final FreedBlocks freed;
  private final DiskIo io;
  private final IoBatch batch;

  Trim(
      Superblock superblock, GroupState state, GroupBitmaps bitmaps, FreedBlocks freed, DiskIo io) {
    this.superblock = superblock;
    this.state = state;
    this.bitmaps = bitmaps;
    this.freed = freed;
    this.io = io;
    this.batch = io.batch();
  }

  /** As {@link BlockAllocator#trim}. */
  long run(long start, long length, long least) throws Ext4Exception {
    if (!io.device().limits().discard()) {
      throw new Ext4Exception(Errno.EOPNOTSUPP, "disk");
    }
    // The numbers are unsigned: all ones mean everything.
    long blockSize = superblock.blockSize();
    long first = Long.divideUnsigned(start, blockSize);
    long count = Long.divideUnsigned(length, blockSize);
    long leastBlocks = Long.divideUnsigned(least, blockSize);
    if (count == 0 || first >= superblock.blocks() || leastBlocks > superblock.blocksPerGroup()) {
      throw new Ext4Exception(Errno.EINVAL, "trim");
    }
    long end = Math.min(superblock.blocks(), first + Math.min(count, superblock.blocks()));
    return discard(first, end, Math.max(1, leastBlocks)) * blockSize;
  }

  /** Discards the runs of at least {@code least} blocks; returns how many blocks these are. */
  private long discard(long first, long end, long least) throws Ext4Exception {
    long discarded = 0;
    long next = Math.max(first, superblock.firstDataBlock());
    while (next < end) {
      int group = (int) superblock.layout().groupOf(next);
      long groupStart = superblock.layout().groupStart(group);
      int groupEnd = (int) Math.min(superblock.layout().groupBlocks(group), end - groupStart);
      if (state.freeBlocks(group) >= least) {
        discarded += group(group, (int) (next - groupStart), groupEnd, least);
      }
      next = groupStart + superblock.layout().groupBlocks(group);
    }
    return discarded;
  }

  private long group(int group, int from, int end, long least) throws Ext4Exception {
    if (state.has(group, GroupCounts.FLAG_BLOCK_UNINIT)) {
      MemorySegment bits = MemorySegment.ofArray(new byte[superblock.blockSize()]);
      bitmaps.initialiseBlocks(bits, group);
      return discard(bits, group, from, end, least);
    }
    try (CachedBlock bitmap = bitmaps.usedBlocks(group)) {
      return discard(bitmap.bytes(), group, from, end, least);
    }
  }

  private long discard(MemorySegment bits, int group, int from, int end, long least)
      throws Ext4Exception {
    long groupStart = superblock.layout().groupStart(group);
    long blockSize = superblock.blockSize();
    long discarded = 0;
    int at = Bitmap.nextClear(bits, from, end);
    try {
      while (at < end) {
        // What was freed lately may be wanted back.
        int runEnd = freed.nextStart(group, at, Bitmap.nextSet(bits, at, end));
        if (runEnd - at >= least && runEnd > at) {
          io.discard(batch, (groupStart + at) * blockSize, (runEnd - at) * blockSize);
          discarded += runEnd - at;
        }
        at = Bitmap.nextClear(bits, freed.endOfRunAt(group, runEnd), end);
      }
    } finally {
      io.await(batch);
    }
    return discarded;
  }
}
