package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Bitmap;
import dev.ringside.ext4.format.GroupCounts;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The groups' bitmaps, through the cache. One that enters has to have its checksum, and to agree
 * with its group's counts and with where the filesystem's metadata lie.
 *
 * <p>The bitmap of a group that was never used is made up when it is first wanted, because what the
 * disk has in its place means nothing.
 */
final class GroupBitmaps {
  private final GroupTable table;
  private final GroupState state;
  private final SystemZone zone;
  private final Superblock superblock;
  private final MetadataCache cache;

  /** Groups whose descriptor has an older checksum than the bitmap. */
  private final BitSet newerBlocks = new BitSet();

  private final BitSet newerInodes = new BitSet();

  GroupBitmaps(GroupTable table, GroupState state, SystemZone zone) {
    this.table = table;
    this.state = state;
    this.zone = zone;
    this.superblock = table.superblock();
    this.cache = table.cache();
  }

  private record BlocksCheck(GroupBitmaps bitmaps, int group) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      bitmaps.verifyBlocks(bytes, block, group);
    }
  }

  private record InodesCheck(GroupBitmaps bitmaps, int group) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      bitmaps.verifyInodes(bytes, block, group);
    }
  }

  private void verifyBlocks(MemorySegment bytes, long block, int group)
      throws Ext4CorruptedException {
    String structure = "block bitmap of group " + group;
    if (!newerBlocks.get(group)) {
      Bitmap.verifyChecksum(
          bytes,
          superblock,
          superblock.blocksPerGroup(),
          state.blockChecksum(group),
          structure,
          block);
    }
    int blocks = superblock.layout().groupBlocks(group);
    int bits = (int) superblock.blocksPerGroup();
    if (Bitmap.nextClear(bytes, blocks, bits) != bits) {
      throw new Ext4CorruptedException(structure, block, "what is behind the last block is free");
    }
    long groupStart = superblock.layout().groupStart(group);
    for (int run = zone.firstEndingAfter(groupStart); isIn(run, group); run++) {
      int from = (int) Math.max(0, zone.start(run) - groupStart);
      int end = (int) Math.min(blocks, zone.end(run) - groupStart);
      int free = Bitmap.nextClear(bytes, from, end);
      if (free != end) {
        throw new Ext4CorruptedException(
            structure, block, "block %d is metadata, but free".formatted(groupStart + free));
      }
    }
    checkCount(structure, block, Bitmap.countClear(bytes, blocks), state.freeBlocks(group));
  }

  /** Whether a run of the zone starts in or before a group. */
  private boolean isIn(int run, int group) {
    return run < zone.runs()
        && zone.start(run)
            < superblock.layout().groupStart(group) + superblock.layout().groupBlocks(group);
  }

  private void verifyInodes(MemorySegment bytes, long block, int group)
      throws Ext4CorruptedException {
    String structure = "inode bitmap of group " + group;
    int inodes = (int) superblock.inodesPerGroup();
    if (!newerInodes.get(group)) {
      Bitmap.verifyChecksum(
          bytes, superblock, inodes, state.inodeChecksum(group), structure, block);
    }
    if (Bitmap.nextSet(bytes, inodes - state.unusedInodes(group), inodes) != inodes) {
      throw new Ext4CorruptedException(
          structure, block, "an inode is in use that its group says was never used");
    }
    checkCount(structure, block, Bitmap.countClear(bytes, inodes), state.freeInodes(group));
  }

  private static void checkCount(String structure, long block, int free, int said)
      throws Ext4CorruptedException {
    if (free != said) {
      throw new Ext4CorruptedException(
          structure, block, "%d are free, but the descriptor says %d".formatted(free, said));
    }
  }

  /**
   * The block bitmap of a group; the caller closes it.
   *
   * @throws Ext4CorruptedException when it is damaged
   */
  CachedBlock blocks(Handle handle, int group) throws Ext4Exception {
    if (!state.has(group, GroupCounts.FLAG_BLOCK_UNINIT)) {
      return usedBlocks(group);
    }
    CachedBlock bitmap = cache.getNew(table.get(group).blockBitmap(), new BlocksCheck(this, group));
    handle.change(bitmap, BlockSeal.NONE);
    initialiseBlocks(bitmap.bytes(), group);
    newerBlocks.set(group);
    state.clear(group, GroupCounts.FLAG_BLOCK_UNINIT);
    int free = Bitmap.countClear(bitmap.bytes(), superblock.layout().groupBlocks(group));
    state.addFreeBlocks(group, free - state.freeBlocks(group));
    return bitmap;
  }

  /** As {@link #blocks}, of a group that is known to have been used. */
  CachedBlock usedBlocks(int group) throws Ext4Exception {
    return cache.get(table.get(group).blockBitmap(), new BlocksCheck(this, group));
  }

  /** Makes zeros the bitmap of a group that was never used. */
  void initialiseBlocks(MemorySegment bits, int group) {
    int blocks = superblock.layout().groupBlocks(group);
    Bitmap.set(bits, blocks, superblock.blockSize() * Byte.SIZE);
    long groupStart = superblock.layout().groupStart(group);
    for (int run = zone.firstEndingAfter(groupStart); isIn(run, group); run++) {
      int from = (int) Math.max(0, zone.start(run) - groupStart);
      Bitmap.set(bits, from, (int) Math.min(blocks, zone.end(run) - groupStart));
    }
  }

  /**
   * The inode bitmap of a group; the caller closes it.
   *
   * @throws Ext4CorruptedException when it is damaged
   */
  CachedBlock inodes(Handle handle, int group) throws Ext4Exception {
    long place = table.get(group).inodeBitmap();
    InodesCheck check = new InodesCheck(this, group);
    if (!state.has(group, GroupCounts.FLAG_INODE_UNINIT)) {
      return cache.get(place, check);
    }
    CachedBlock bitmap = cache.getNew(place, check);
    handle.change(bitmap, BlockSeal.NONE);
    int inodes = (int) superblock.inodesPerGroup();
    Bitmap.set(bitmap.bytes(), inodes, superblock.blockSize() * Byte.SIZE);
    newerInodes.set(group);
    state.clear(group, GroupCounts.FLAG_INODE_UNINIT);
    state.addFreeInodes(group, inodes - state.freeInodes(group));
    return bitmap;
  }

  /** The checksum of a block bitmap is out of date from now on. */
  void blocksChanged(int group) {
    newerBlocks.set(group);
  }

  /** The checksum of an inode bitmap is out of date from now on. */
  void inodesChanged(int group) {
    newerInodes.set(group);
  }

  /**
   * The first group from one on that has a checksum out of date; {@code end} when there is none.
   */
  int nextChanged(int from, int end) {
    int blocks = newerBlocks.nextSetBit(from);
    int inodes = newerInodes.nextSetBit(from);
    int first = blocks < 0 || inodes < 0 ? Math.max(blocks, inodes) : Math.min(blocks, inodes);
    return first < 0 ? end : Math.min(first, end);
  }

  /** Computes the checksums of a group's bitmaps that are out of date. */
  void updateChecksums(int group) throws Ext4Exception {
    if (newerBlocks.get(group)) {
      long place = table.get(group).blockBitmap();
      try (CachedBlock bitmap = cache.get(place, new BlocksCheck(this, group))) {
        state.setBlockChecksum(
            group, Bitmap.checksum(bitmap.bytes(), superblock, superblock.blocksPerGroup()));
      }
      newerBlocks.clear(group);
    }
    if (newerInodes.get(group)) {
      long place = table.get(group).inodeBitmap();
      try (CachedBlock bitmap = cache.get(place, new InodesCheck(this, group))) {
        state.setInodeChecksum(
            group, Bitmap.checksum(bitmap.bytes(), superblock, superblock.inodesPerGroup()));
      }
      newerInodes.clear(group);
    }
  }
}
