package dev.ringside.ext4.alloc;

import dev.ringside.ext4.cache.BlockCheck;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.GroupDescriptor;
import dev.ringside.ext4.format.Superblock;
import java.lang.foreign.MemorySegment;

/** The group descriptors. They stay on the disk until one is wanted: a large disk has millions. */
public final class GroupTable {
  private final Superblock superblock;
  private final MetadataCache cache;

  /** The descriptors of a filesystem. */
  public GroupTable(Superblock superblock, MetadataCache cache) {
    this.superblock = superblock;
    this.cache = cache;
  }

  private record DescriptorsCheck(Superblock superblock, long firstGroup) implements BlockCheck {
    @Override
    public void verify(MemorySegment bytes, long block) throws Ext4CorruptedException {
      long count = Math.min(superblock.descriptorsPerBlock(), superblock.groups() - firstGroup);
      for (long i = 0; i < count; i++) {
        GroupDescriptor.verify(
            bytes.asSlice(i * superblock.descriptorSize()), superblock, firstGroup + i);
      }
    }
  }

  /**
   * A group's descriptor.
   *
   * @param group 0 to {@link Superblock#groups} - 1
   */
  public GroupDescriptor get(long group) throws Ext4Exception {
    long indexInBlock = group % superblock.descriptorsPerBlock();
    long number = superblock.descriptorBlock(group);
    if (!superblock.isDataBlock(number)) {
      throw new Ext4CorruptedException(
          "group descriptor " + group,
          "its place is block %d of %d".formatted(number, superblock.blocks()));
    }
    try (CachedBlock block =
        cache.get(number, new DescriptorsCheck(superblock, group - indexInBlock))) {
      MemorySegment bytes = block.bytes().asSlice(indexInBlock * superblock.descriptorSize());
      return GroupDescriptor.parse(bytes, superblock, group);
    }
  }
}
