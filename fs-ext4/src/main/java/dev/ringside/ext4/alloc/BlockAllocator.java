package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Bitmap;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

/**
 * Gives blocks to files and metadata, and takes them back.
 *
 * <p>A run begins at its goal if that is free, otherwise behind it in the goal's group, otherwise
 * in the nearest group with enough room, otherwise in the one with the most. What was freed goes to
 * nobody before that can not be lost any more; when nothing else is left, an allocation fails, and
 * {@link #isCommitWorthwhile} says that a commit would help.
 */
public final class BlockAllocator {
  /** How many blocks one allocation changes: a bitmap, its descriptor and the superblock. */
  public static final int ALLOCATE_CREDITS = 3;

  private static final int NO_GOAL = -1;

  private final Superblock superblock;
  private final GroupState state;
  private final GroupBitmaps bitmaps;
  private final DescriptorUpdates updates;
  private final SystemZone zone;
  private final FreedBlocks freed;
  private final FreedBatches batches;
  private final Trim trim;
  private final long heldBack;

  BlockAllocator(
      Superblock superblock,
      GroupState state,
      GroupBitmaps bitmaps,
      DescriptorUpdates updates,
      SystemZone zone,
      FreedBatches batches,
      Trim trim) {
    this.superblock = superblock;
    this.state = state;
    this.bitmaps = bitmaps;
    this.updates = updates;
    this.zone = zone;
    this.batches = batches;
    this.trim = trim;
    this.freed = batches.freed();
    this.heldBack = superblock.heldBackBlocks();
  }

  /** The blocks that no file may have. */
  public SystemZone zone() {
    return zone;
  }

  /** How many blocks of data can be allocated now. */
  public long available(Handle handle) {
    return availableForMetadata() - heldBack - (handle.mayUseReserve() ? 0 : reserved());
  }

  /** How many blocks can be allocated for the metadata of a file. */
  public long availableForMetadata() {
    return state.totalFreeBlocks() - freed.total();
  }

  private long reserved() {
    return superblock.reservedBlocks();
  }

  /**
   * Whether blocks wait for a commit to become free. After an {@link Errno#ENOSPC}, whoever has
   * ended its handle commits and tries once more if so.
   */
  public boolean isCommitWorthwhile() {
    return freed.total() > 0;
  }

  /** Where a file's first blocks best lie: near its inode. */
  public long goalFor(long inode, boolean regularFile) {
    long group = (inode - 1) / superblock.inodesPerGroup();
    long flex = superblock.layout().groupsPerFlex();
    if (flex >= 4) {
      // The first group of a set keeps its bitmaps and tables, and the blocks of directories.
      group -= group % flex;
      if (regularFile && group + 1 < superblock.groups()) {
        group++;
      }
    }
    return superblock.layout().groupStart(group);
  }

  /**
   * Allocates blocks of data that follow each other.
   *
   * @param goal block at which they best begin; 0 for anywhere
   * @param count how many are wanted, 1 or more; fewer may come
   * @throws Ext4Exception with {@link Errno#ENOSPC} when not even one is left for this caller
   */
  public BlockRun allocate(Handle handle, long goal, long count) throws Ext4Exception {
    return allocateBelow(handle, goal, count, superblock.blocks());
  }

  /**
   * As {@link #allocate}, but only blocks with numbers less than a limit.
   *
   * @param limit 2^32 for block maps
   */
  public BlockRun allocateBelow(Handle handle, long goal, long count, long limit)
      throws Ext4Exception {
    if (count < 1) {
      throw new IllegalArgumentException(count + " blocks");
    }
    long available = available(handle);
    if (available < 1) {
      throw noSpace();
    }
    return search(handle, goal, Math.min(count, available), limit);
  }

  /**
   * Allocates one block for the metadata of a file, from what is held back if need be.
   *
   * @throws Ext4Exception with {@link Errno#ENOSPC} when {@link #availableForMetadata} is 0
   */
  public long allocateMetadata(Handle handle, long goal, long limit) throws Ext4Exception {
    if (availableForMetadata() < 1) {
      throw noSpace();
    }
    return search(handle, goal, 1, limit).first();
  }

  private static Ext4Exception noSpace() {
    return new Ext4Exception(Errno.ENOSPC, "filesystem");
  }

  private BlockRun search(Handle handle, long goal, long wanted, long limit) throws Ext4Exception {
    long start = superblock.isDataBlock(goal) && goal < limit ? goal : superblock.firstDataBlock();
    int goalGroup = (int) superblock.layout().groupOf(start);
    int endGroup =
        (int) (superblock.layout().groupOf(Math.min(limit, superblock.blocks()) - 1) + 1);
    int count = (int) Math.min(wanted, superblock.blocksPerGroup());
    if (free(goalGroup) > 0) {
      int bit = (int) (start - superblock.layout().groupStart(goalGroup));
      return take(handle, goalGroup, bit, count, limit);
    }
    int fullest = -1;
    for (int i = 1; i < endGroup; i++) {
      int group = goalGroup + i < endGroup ? goalGroup + i : goalGroup + i - endGroup;
      int free = free(group);
      if (free >= count) {
        return take(handle, group, NO_GOAL, count, limit);
      }
      if (free > 0 && (fullest < 0 || free > free(fullest))) {
        fullest = group;
      }
    }
    if (fullest < 0) {
      throw noSpace();
    }
    return take(handle, fullest, NO_GOAL, count, limit);
  }

  private int free(int group) {
    return state.freeBlocks(group) - freed.count(group);
  }

  /** Takes the best run of a group that has a free block. */
  private BlockRun take(Handle handle, int group, int goal, int count, long limit)
      throws Ext4Exception {
    long groupStart = superblock.layout().groupStart(group);
    int end = (int) Math.min(superblock.layout().groupBlocks(group), limit - groupStart);
    try (CachedBlock bitmap = bitmaps.blocks(handle, group)) {
      RunSearch search = new RunSearch(bitmap.bytes(), freed, group);
      search.find(goal, Math.max(goal, 0), end, count);
      if (search.length() == 0) {
        search.find(NO_GOAL, 0, end, count);
      }
      if (search.length() == 0) {
        throw noSpace();
      }
      handle.change(bitmap, BlockSeal.NONE);
      Bitmap.set(bitmap.bytes(), search.start(), search.start() + search.length());
      updates.blocksChanged(handle, group, -search.length());
      return new BlockRun(groupStart + search.start(), search.length());
    }
  }

  /**
   * Takes blocks back. They are given to nobody else before the handle's transaction has committed.
   *
   * @param metadata whether they went through the journal: those are forgotten there, too; nobody
   *     may hold them
   * @throws Ext4CorruptedException when one of them is free already, or belongs to the filesystem;
   *     nothing has changed then
   */
  public void free(Handle handle, long first, long count, boolean metadata) throws Ext4Exception {
    checkFreeable(handle, first, count);
    for (long next = first; next < first + count; ) {
      int group = (int) superblock.layout().groupOf(next);
      long groupStart = superblock.layout().groupStart(group);
      int from = (int) (next - groupStart);
      int end = (int) Math.min(superblock.layout().groupBlocks(group), first + count - groupStart);
      try (CachedBlock bitmap = bitmaps.blocks(handle, group)) {
        handle.change(bitmap, BlockSeal.NONE);
        Bitmap.clear(bitmap.bytes(), from, end);
      }
      updates.blocksChanged(handle, group, end - from);
      batches.add(handle, group, from, end);
      next = groupStart + end;
    }
    if (metadata) {
      for (long block = first; block < first + count; block++) {
        handle.forget(block);
      }
    }
  }

  private void checkFreeable(Handle handle, long first, long count) throws Ext4Exception {
    if (count < 1) {
      throw new IllegalArgumentException(count + " blocks");
    }
    if (!superblock.isDataRange(first, count) || zone.overlaps(first, count)) {
      throw corrupted(first, count, "are the filesystem's own, or not on the disk");
    }
    for (long next = first; next < first + count; ) {
      int group = (int) superblock.layout().groupOf(next);
      long groupStart = superblock.layout().groupStart(group);
      int end = (int) Math.min(superblock.layout().groupBlocks(group), first + count - groupStart);
      try (CachedBlock bitmap = bitmaps.blocks(handle, group)) {
        if (Bitmap.nextClear(bitmap.bytes(), (int) (next - groupStart), end) != end) {
          throw corrupted(first, count, "are freed, but not all of them are in use");
        }
      }
      next = groupStart + end;
    }
  }

  private static Ext4CorruptedException corrupted(long first, long count, String what) {
    return new Ext4CorruptedException(
        "block bitmap",
        "blocks %s to %s %s"
            .formatted(
                Long.toUnsignedString(first), Long.toUnsignedString(first + count - 1), what));
  }

  /**
   * How many blocks a {@link #free} changes at most.
   *
   * @param count of blocks that follow each other
   */
  public int freeCredits(long count) {
    return (int) (2 * (count / superblock.blocksPerGroup() + 2)) + 1;
  }

  /** How full the filesystem is. */
  public SpaceCounts counts() {
    long free = state.totalFreeBlocks();
    return new SpaceCounts(
        superblock.blocks() - superblock.firstDataBlock() - zone.blocks(),
        free,
        Math.max(0, free - heldBack - superblock.reservedBlocks()),
        superblock.inodes(),
        state.totalFreeInodes());
  }

  /**
   * Tells the disk of free blocks in a range, which then perhaps read as zeros.
   *
   * @param start of the range, in bytes
   * @param length of the range, in bytes
   * @param least length of a run that is worth it, in bytes
   * @return how many bytes the disk was told of
   * @throws Ext4Exception with {@link Errno#EINVAL} when the range is less than a block or begins
   *     behind the filesystem, or no group has so long a run; {@link Errno#EOPNOTSUPP} when the
   *     disk has no discards
   */
  public long trim(long start, long length, long least) throws Ext4Exception {
    return trim.run(start, length, least);
  }
}
