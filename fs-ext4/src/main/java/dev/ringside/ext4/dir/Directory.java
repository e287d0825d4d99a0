package dev.ringside.ext4.dir;

import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.ByteString;
import dev.ringside.ext4.format.DirectoryEntry;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.InodeFlag;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import org.jspecify.annotations.Nullable;

/** One directory, read through the cache. */
public sealed interface Directory permits LinearDirectory, HashedDirectory {
  /**
   * The entry of a name, or null when the directory has none.
   *
   * @throws Ext4CorruptedException when the directory is damaged on the way to the name
   */
  @Nullable DirectoryEntry lookup(ByteString name) throws Ext4Exception;

  /** All entries, from the start; {@code .} and {@code ..} come first. */
  DirectoryCursor cursor();

  /**
   * Adds a name that the directory does not have.
   *
   * @throws Ext4Exception with {@link Errno#ENOSPC} when it cannot grow; nothing has changed then
   */
  default void add(Handle handle, ByteString name, long inode, FileType type) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Removes a name that the directory has. */
  default void remove(Handle handle, ByteString name) throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Makes a name that the directory has, perhaps {@code ..}, lead to another inode. */
  default void replace(Handle handle, ByteString name, long inode, FileType type)
      throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /** Whether there are no names but {@code .} and {@code ..}. */
  default boolean isEmpty() throws Ext4Exception {
    throw new UnsupportedOperationException();
  }

  /**
   * The directory of an inode.
   *
   * @param inode of type directory
   * @throws Ext4CorruptedException when its size or its mapping cannot be
   */
  static Directory of(Inode inode, Superblock superblock, MetadataCache cache)
      throws Ext4CorruptedException {
    DirectoryBlocks blocks = new DirectoryBlocks(inode, superblock, cache);
    return inode.has(InodeFlag.INDEX) && superblock.has(Feature.DIR_INDEX)
        ? new HashedDirectory(blocks, superblock)
        : new LinearDirectory(blocks);
  }
}
