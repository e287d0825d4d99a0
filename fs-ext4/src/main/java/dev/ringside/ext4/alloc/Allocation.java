package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.SuperblockUpdates;

/**
 * All that gives out the space of a filesystem that is written.
 *
 * @param groups the descriptors, with the counts as they are now
 * @param blocks gives out blocks
 * @param inodes gives out inode numbers
 */
public record Allocation(GroupTable groups, BlockAllocator blocks, InodeAllocator inodes) {
  /**
   * Reads the descriptors of all groups, and takes the free counts of the superblock from them.
   *
   * @param disk is told of free blocks by {@link BlockAllocator#trim}
   * @param discard whether it is told of freed blocks whenever a transaction has committed, too
   * @throws Ext4UnsupportedException when the filesystem has a feature that cannot be written
   * @throws Ext4CorruptedException when a descriptor is damaged, or two of them claim a block
   */
  public static Allocation open(
      Superblock superblock,
      MetadataCache cache,
      SuperblockUpdates superblockUpdates,
      DiskIo disk,
      boolean discard)
      throws Ext4Exception {
    superblock.features().checkWritable();
    GroupTable groups = new GroupTable(superblock, cache);
    SystemZone.Builder metadata = new SystemZone.Builder();
    GroupState state = GroupState.load(groups, metadata);
    SystemZone zone = metadata.build();
    groups.use(state);
    GroupBitmaps bitmaps = new GroupBitmaps(groups, state, zone);
    DescriptorUpdates updates = new DescriptorUpdates(groups, state, bitmaps, superblockUpdates);
    ReleasedBlocks released =
        discard ? new OnlineDiscard(disk, superblock.blockSize()) : ReleasedBlocks.NOBODY;
    FreedBatches batches = new FreedBatches(superblock, state.groups(), released);
    Trim trim = new Trim(superblock, state, bitmaps, batches.freed(), disk);
    return new Allocation(
        groups,
        new BlockAllocator(superblock, state, bitmaps, updates, zone, batches, trim),
        new InodeAllocator(groups, state, bitmaps, updates));
  }
}
