package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;

/** Where the blocks of the journal's file lie on the disk. */
@FunctionalInterface
public interface JournalFile {
  /**
   * Blocks that follow each other in the file and on the disk.
   *
   * @param block number of the first one on the filesystem
   * @param count how many there are, 1 or more
   */
  record Run(long block, long count) {}

  /**
   * Where a block of the file lies, and how many behind it follow.
   *
   * @throws Ext4CorruptedException when the block is a hole, or the file's mapping is damaged
   */
  Run locate(long block) throws Ext4Exception;
}
