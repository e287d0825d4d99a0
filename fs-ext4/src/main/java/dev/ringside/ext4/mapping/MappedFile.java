package dev.ringside.ext4.mapping;

import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.journal.Handle;

/** The file that a mapping, a directory or attributes belong to. */
public interface MappedFile {
  /** Its inode, which they change. */
  Inode inode();

  /** Says that the inode has changed; it is written when the handle's transaction commits. */
  void changed(Handle handle);
}
