package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.BlockSeal;
import dev.ringside.ext4.cache.CachedBlock;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The targets of symbolic links: short ones are in the inode, long ones fill a block, which is
 * metadata and goes through the journal.
 */
final class LinkTargets {
  /** The longest path of a system call, in bytes. */
  private static final int MAX_TARGET = 4095;

  private final Volume volume;

  LinkTargets(Volume volume) {
    this.volume = volume;
  }

  /** Where a link points to. */
  ByteString read(Inode link) throws Ext4Exception {
    boolean fast = link.isFastSymlink();
    int longest = fast ? Inode.BLOCK_AREA_SIZE - 1 : Math.min(MAX_TARGET, volume.blockSize() - 1);
    if (link.size() == 0 || link.size() > longest) {
      throw new Ext4CorruptedException(
          "inode " + link.number(),
          "a symbolic link of %d bytes; 1 to %d can be".formatted(link.size(), longest));
    }
    byte[] target = new byte[(int) link.size()];
    if (fast) {
      MemorySegment.copy(link.blockArea(), ValueLayout.JAVA_BYTE, 0, target, 0, target.length);
    } else {
      FileMapping mapping = FileMapping.of(link, volume.superblock(), volume.metadata());
      if (!(mapping.map(0) instanceof IoMap.Mapped run)) {
        throw new Ext4CorruptedException(
            "inode " + link.number(), "a symbolic link whose target has no block");
      }
      try (CachedBlock block = volume.metadata().get(run.block(), JournaledData.ANY)) {
        MemorySegment.copy(block.bytes(), ValueLayout.JAVA_BYTE, 0, target, 0, target.length);
      }
    }
    return ByteString.of(target);
  }

  /**
   * Sets the target of a new link, whose mapping is an empty one if the target needs a block.
   *
   * @param target 1 byte to one less than a block
   */
  void write(Handle handle, InCoreInode link, ByteString target) throws Ext4Exception {
    byte[] bytes = target.toBytes();
    if (bytes.length < Inode.BLOCK_AREA_SIZE) {
      MemorySegment area = link.inode().blockArea();
      area.fill((byte) 0);
      MemorySegment.copy(bytes, 0, area, ValueLayout.JAVA_BYTE, 0, bytes.length);
    } else {
      writeBlock(handle, link, bytes);
    }
    link.inode().setSize(bytes.length);
    link.changed(handle);
  }

  private void writeBlock(Handle handle, InCoreInode link, byte[] target) throws Ext4Exception {
    FileMapping mapping =
        FileMapping.of(link, volume.superblock(), volume.metadata(), volume.writable().allocator());
    if (!(mapping.allocate(handle, 0, 1, false) instanceof IoMap.Mapped run)) {
      throw new IllegalStateException("a block was allocated and is not mapped");
    }
    try (CachedBlock block = volume.metadata().getNew(run.block(), JournaledData.ANY)) {
      handle.change(block, BlockSeal.NONE);
      MemorySegment.copy(target, 0, block.bytes(), ValueLayout.JAVA_BYTE, 0, target.length);
    }
  }

  /** Frees the block of a link that was deleted, if it has one. */
  void release(Handle handle, InCoreInode link) throws Ext4Exception {
    if (link.inode().isFastSymlink()) {
      return;
    }
    FileMapping mapping =
        FileMapping.of(link, volume.superblock(), volume.metadata(), volume.writable().allocator());
    if (mapping.map(0) instanceof IoMap.Mapped run) {
      handle.forget(run.block());
      mapping.remove(handle, 0, 1);
    }
  }
}
