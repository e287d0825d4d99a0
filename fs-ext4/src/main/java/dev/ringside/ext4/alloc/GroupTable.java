package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.GroupDescriptor;
import dev.ringside.ext4.format.Superblock;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The group descriptors. They stay on the disk until one is wanted: a large disk has millions. A
 * filesystem that is written has all their counts in memory, which are then the newer ones.
 */
public final class GroupTable {
  /** That is all of a terabyte in two batches. */
  private static final int READ_AHEAD_BLOCKS = 64;

  private final Superblock superblock;
  private final MetadataCache cache;
  private @Nullable GroupState state;

  /** The descriptors of a filesystem. */
  public GroupTable(Superblock superblock, MetadataCache cache) {
    this.superblock = superblock;
    this.cache = cache;
  }

  private record DescriptorsCheck(Superblock superblock, long firstGroup) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      long count =
          Math.min(superblock.layout().descriptorsPerBlock(), superblock.groups() - firstGroup);
      for (long i = 0; i < count; i++) {
        GroupDescriptor.verify(
            bytes.asSlice(i * superblock.descriptorSize()), superblock, firstGroup + i);
      }
    }
  }

  /** From now on counts come from there. */
  void use(GroupState newer) {
    state = newer;
  }

  Superblock superblock() {
    return superblock;
  }

  MetadataCache cache() {
    return cache;
  }

  /**
   * A group's descriptor.
   *
   * @param group 0 to {@link Superblock#groups} - 1
   */
  public GroupDescriptor get(long group) throws Ext4Exception {
    try (CachedBlock block = block(group)) {
      GroupDescriptor parsed = GroupDescriptor.parse(place(block, group), superblock, group);
      return state == null ? parsed : parsed.with(state.counts((int) group));
    }
  }

  /** The block that holds a group's descriptor, verified; the caller closes it. */
  CachedBlock block(long group) throws Ext4Exception {
    long number = superblock.layout().descriptorBlock(group);
    if (!superblock.isDataBlock(number)) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "its place is block %d of %d".formatted(number, superblock.blocks()));
    }
    long first = group - group % superblock.layout().descriptorsPerBlock();
    return cache.get(number, new DescriptorsCheck(superblock, first));
  }

  /**
   * Brings in descriptors that will be asked for, as many as one batch should.
   *
   * @param group the first of its block
   * @return behind the last of them
   */
  long readAhead(long group) throws Ext4Exception {
    long[] blocks = new long[READ_AHEAD_BLOCKS];
    int count = 0;
    long next = group;
    while (next < superblock.groups() && count < blocks.length) {
      long block = superblock.layout().descriptorBlock(next);
      if (superblock.isDataBlock(block)) {
        blocks[count] = block;
        count++;
      }
      next += superblock.layout().descriptorsPerBlock();
    }
    cache.readAhead(Arrays.copyOf(blocks, count));
    return next;
  }

  /** Where a group's descriptor starts in its block. */
  MemorySegment place(CachedBlock block, long group) {
    long index = group % superblock.layout().descriptorsPerBlock();
    return block.bytes().asSlice(index * superblock.descriptorSize());
  }
}
