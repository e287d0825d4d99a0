package dev.ringside.ext4.dir;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.DirectoryEntry;
import java.util.List;

/** A place in a directory. Between two calls no block is held. */
public sealed interface DirectoryCursor permits LinearCursor, HashedCursor {
  /**
   * Adds the entries of the next block, which may be none, to a list.
   *
   * @return false when there is no next block
   */
  boolean next(List<DirectoryEntry> entries) throws Ext4Exception;
}
