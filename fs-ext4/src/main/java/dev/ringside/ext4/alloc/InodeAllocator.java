package dev.ringside.ext4.alloc;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.journal.Handle;

/** Gives out inode numbers, and takes them back. */
public final class InodeAllocator {
  /**
   * Allocates an inode number.
   *
   * @param parent inode of the directory that the file is made in
   * @throws Ext4Exception with {@link Errno#ENOSPC} when none is left
   */
  public long allocate(Handle handle, FileType type, long parent) throws Ext4Exception {
    if (type == FileType.SOCKET) {
      throw new IllegalArgumentException();
    }
    throw new UnsupportedOperationException();
  }

  /** Takes a number back. */
  public void free(Handle handle, long number, FileType type) throws Ext4Exception {
    if (type == FileType.SOCKET) {
      throw new IllegalArgumentException();
    }
    throw new UnsupportedOperationException();
  }
}
