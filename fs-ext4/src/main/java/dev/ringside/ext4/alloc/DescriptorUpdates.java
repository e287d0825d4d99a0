package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.GroupDescriptor;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.DeferredMetadata;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.SuperblockUpdates;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Brings the groups' counts and their bitmaps' checksums into the descriptors, and the sums into
 * the superblock. They change with every block, but are written once, when the transaction commits.
 */
final class DescriptorUpdates {
  private final GroupTable table;
  private final GroupState state;
  private final GroupBitmaps bitmaps;
  private final Superblock superblock;
  private final SuperblockUpdates superblockUpdates;

  /** By the number of the block of descriptors; made when one is first changed. */
  private final @Nullable DescriptorBlock[] blocks;

  DescriptorUpdates(
      GroupTable table,
      GroupState state,
      GroupBitmaps bitmaps,
      SuperblockUpdates superblockUpdates) {
    this.table = table;
    this.state = state;
    this.bitmaps = bitmaps;
    this.superblock = table.superblock();
    this.superblockUpdates = superblockUpdates;
    this.blocks =
        new @Nullable
            DescriptorBlock
            [Math.ceilDiv(state.groups(), superblock.layout().descriptorsPerBlock())];
    publishTotals();
  }

  /** Notes that a group's block bitmap has changed. */
  void blocksChanged(Handle handle, int group, int freed) {
    state.addFreeBlocks(group, freed);
    bitmaps.blocksChanged(group);
    changed(handle, group);
  }

  /** Notes that a group's inode bitmap has changed. */
  void inodesChanged(Handle handle, int group, int freed, int directories) {
    state.addFreeInodes(group, freed);
    state.addDirectories(group, directories);
    bitmaps.inodesChanged(group);
    changed(handle, group);
  }

  private void changed(Handle handle, int group) {
    publishTotals();
    superblockUpdates.changed(handle);
    int index = group / superblock.layout().descriptorsPerBlock();
    DescriptorBlock block = blocks[index];
    if (block == null) {
      block = new DescriptorBlock(index * superblock.layout().descriptorsPerBlock());
      blocks[index] = block;
    }
    handle.defer(block);
  }

  private void publishTotals() {
    superblock.setFreeBlocks(state.totalFreeBlocks());
    superblock.setFreeInodes(state.totalFreeInodes());
  }

  private final class DescriptorBlock implements DeferredMetadata {
    private final int first;

    DescriptorBlock(int first) {
      this.first = first;
    }

    @Override
    public void writeInto(Handle handle) throws Ext4Exception {
      int end = Math.min(first + superblock.layout().descriptorsPerBlock(), state.groups());
      try (CachedBlock block = table.block(first)) {
        handle.change(block, BlockSeal.NONE);
        for (int group = bitmaps.nextChanged(first, end);
            group < end;
            group = bitmaps.nextChanged(group + 1, end)) {
          bitmaps.updateChecksums(group);
          MemorySegment descriptor = table.place(block, group);
          GroupDescriptor.writeCounts(descriptor, superblock, state.counts(group));
          if (superblock.hasMetadataChecksums()) {
            GroupDescriptor.writeBlockBitmapChecksum(
                descriptor, superblock, state.blockChecksum(group));
            GroupDescriptor.writeInodeBitmapChecksum(
                descriptor, superblock, state.inodeChecksum(group));
          }
          GroupDescriptor.seal(descriptor, superblock, group);
        }
      }
    }
  }
}
