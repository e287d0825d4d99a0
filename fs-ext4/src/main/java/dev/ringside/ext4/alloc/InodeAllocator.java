package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Bitmap;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.GroupCounts;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

/**
 * Gives out inode numbers, and takes them back.
 *
 * <p>A file gets one in its directory's group, or near it, so that what is read together lies
 * together. Directories of the root are spread over the disk to groups that have more room than
 * most and few directories (Orlov's way); deeper ones stay near their parent.
 */
public final class InodeAllocator {
  /**
   * How many blocks one allocation changes: a bitmap, its descriptor, the superblock, a new block
   * of the inode table. The inode itself is one more.
   */
  public static final int ALLOCATE_CREDITS = 4;

  /** How many blocks a {@link #free} changes. */
  public static final int FREE_CREDITS = 3;

  private static final BlockCheck ANY = (_, _) -> {};

  private final GroupTable table;
  private final Superblock superblock;
  private final GroupState state;
  private final GroupBitmaps bitmaps;
  private final DescriptorUpdates updates;
  private final InodePlacement placement;

  InodeAllocator(
      GroupTable table, GroupState state, GroupBitmaps bitmaps, DescriptorUpdates updates) {
    this.table = table;
    this.superblock = table.superblock();
    this.state = state;
    this.bitmaps = bitmaps;
    this.updates = updates;
    this.placement = new InodePlacement(superblock, state);
  }

  /**
   * Allocates an inode number.
   *
   * @param parent inode of the directory that the file is made in
   * @throws Ext4Exception with {@link Errno#ENOSPC} when none is left
   */
  public long allocate(Handle handle, FileType type, long parent) throws Ext4Exception {
    int group = placement.groupFor(type, parent);
    if (group < 0) {
      throw new Ext4Exception(Errno.ENOSPC, "filesystem", "no inode is left");
    }
    int inodes = (int) superblock.inodesPerGroup();
    int index;
    try (CachedBlock bitmap = bitmaps.inodes(handle, group)) {
      index = Bitmap.nextClear(bitmap.bytes(), 0, inodes);
      long number = (long) group * inodes + index + 1;
      if (index == inodes || number < superblock.firstInode()) {
        throw new Ext4CorruptedException(
            "inode bitmap of group " + group, bitmap.number(), "a reserved inode is free");
      }
      handle.change(bitmap, BlockSeal.NONE);
      Bitmap.set(bitmap.bytes(), index, index + 1);
    }
    useTable(handle, group, index);
    updates.inodesChanged(handle, group, -1, type == FileType.DIRECTORY ? 1 : 0);
    return (long) group * inodes + index + 1;
  }

  /** Moves the end of the used part of a group's inode table behind an inode. */
  private void useTable(Handle handle, int group, int index) throws Ext4Exception {
    int inodes = (int) superblock.inodesPerGroup();
    int used = inodes - state.unusedInodes(group);
    if (index < used) {
      return;
    }
    if (!state.has(group, GroupCounts.FLAG_INODE_ZEROED)) {
      long start = table.get(group).inodeTable();
      int perBlock = superblock.blockSize() / superblock.inodeSize();
      for (int next = used; next <= index; next += perBlock - next % perBlock) {
        zeroRest(handle, start + next / perBlock, next % perBlock * superblock.inodeSize());
      }
    }
    state.setUnusedInodes(group, inodes - index - 1);
  }

  /** Zeroes what was never written of a block of the inode table. */
  private void zeroRest(Handle handle, long block, int from) throws Ext4Exception {
    try (CachedBlock inodes =
        from == 0 ? table.cache().getNew(block, ANY) : table.cache().get(block, ANY)) {
      handle.change(inodes, BlockSeal.NONE);
      inodes.bytes().asSlice(from).fill((byte) 0);
    }
  }

  /**
   * Takes a number back.
   *
   * @throws Ext4CorruptedException when it is free already, or reserved; nothing has changed then
   */
  public void free(Handle handle, long number, FileType type) throws Ext4Exception {
    if (number < superblock.firstInode() || number > superblock.inodes()) {
      throw new Ext4CorruptedException("inode " + number, "it is freed, but is reserved or none");
    }
    int group = (int) ((number - 1) / superblock.inodesPerGroup());
    int index = (int) ((number - 1) % superblock.inodesPerGroup());
    int directories = type == FileType.DIRECTORY ? 1 : 0;
    try (CachedBlock bitmap = bitmaps.inodes(handle, group)) {
      if (!Bitmap.isSet(bitmap.bytes(), index) || state.usedDirectories(group) < directories) {
        throw new Ext4CorruptedException(
            "inode bitmap of group " + group,
            bitmap.number(),
            "inode %d is freed, but is not in use as a %s".formatted(number, type));
      }
      handle.change(bitmap, BlockSeal.NONE);
      Bitmap.clear(bitmap.bytes(), index, index + 1);
    }
    updates.inodesChanged(handle, group, 1, -directories);
  }
}
