package dev.ringside.ext4.inode;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Handle;

/**
 * Files that a mount after a crash must finish with: deleted while they were open, or in the middle
 * of being cut off.
 */
public interface Orphans {
  /** Puts a file on the list; does nothing when it is there. */
  void add(Handle handle, InCoreInode file) throws Ext4Exception;

  /** Takes a file off the list; does nothing when it is not there. */
  void remove(Handle handle, InCoreInode file) throws Ext4Exception;
}
