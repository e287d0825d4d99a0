package dev.ringside.ext4;

import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.mapping.FileMapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The targets of symbolic links: short ones are in the inode, long ones fill a block. */
final class LinkReader {
  private final Superblock superblock;
  private final MetadataCache cache;
  private final ContentReader content;

  LinkReader(Superblock superblock, MetadataCache cache, ContentReader content) {
    this.superblock = superblock;
    this.cache = cache;
    this.content = content;
  }

  /**
   * Where a link points to.
   *
   * @param link an inode of type symlink
   */
  ByteString read(Inode link) throws Ext4Exception {
    boolean fast = link.isFastSymlink();
    int longest = fast ? Inode.BLOCK_AREA_SIZE - 1 : Ext4Path.MAX_LENGTH;
    if (link.size() == 0 || link.size() > longest) {
      throw new Ext4CorruptedException(
          "inode " + link.number(),
          "a symbolic link of %d bytes; 1 to %d can be".formatted(link.size(), longest));
    }
    byte[] target = new byte[(int) link.size()];
    if (fast) {
      MemorySegment.copy(link.blockArea(), ValueLayout.JAVA_BYTE, 0, target, 0, target.length);
    } else {
      content.read(FileMapping.of(link, superblock, cache), 0, target, 0, target.length);
    }
    return ByteString.of(target);
  }
}
