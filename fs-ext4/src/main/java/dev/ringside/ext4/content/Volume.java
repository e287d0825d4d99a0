package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InCoreInode;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.ext4.mapping.FileMapping;
import org.jspecify.annotations.Nullable;

/**
 * The mounted filesystem as the classes of this package see it.
 *
 * @param reader the way that content comes in; it knows of newer copies in a log
 * @param changes null when nothing can be written
 */
record Volume(
    Superblock superblock,
    MetadataCache metadata,
    PageCache pages,
    DiskReader reader,
    ContentOptions options,
    @Nullable ContentChanges changes) {

  int blockSize() {
    return superblock.blockSize();
  }

  /** What writing needs. */
  ContentChanges writable() throws Ext4Exception {
    if (changes == null) {
      throw new Ext4Exception(Errno.EROFS, "filesystem");
    }
    return changes;
  }

  /** What is known of a file's content. */
  ContentFile file(InCoreInode inode) throws Ext4CorruptedException {
    // Only this package attaches to an inode.
    ContentFile known = (ContentFile) inode.content();
    if (known == null) {
      FileMapping mapping =
          changes == null
              ? FileMapping.of(inode.inode(), superblock, metadata)
              : FileMapping.of(inode, superblock, metadata, changes.allocator());
      known = new ContentFile(inode, mapping, pages);
      inode.attach(known);
    }
    return known;
  }

  /** Whether a file's content goes through the journal. */
  boolean journalsData(ContentFile file) {
    return options.dataMode() == DataMode.JOURNAL
        || file.inode().inode().has(InodeFlag.JOURNAL_DATA);
  }

  /** Whether content must be on the disk before the transaction that makes it visible. */
  boolean ordersData() {
    return options.dataMode() == DataMode.ORDERED;
  }

  /** How many blocks a file of a length has. */
  long blocksFor(long size) {
    return Math.ceilDiv(size, (long) blockSize());
  }
}
