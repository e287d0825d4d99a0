package dev.ringside.ext4.cache;

import java.lang.foreign.MemorySegment;

/**
 * Blocks whose content lies somewhere else on the disk than at their own place: in a log that has
 * not been written back.
 */
public interface NewerCopies {
  /** What {@link #placeOf} returns for a block that is where it belongs. */
  long NONE = -1;

  /**
   * Where a block's content lies.
   *
   * @param block number on the filesystem
   * @return number of the block that holds it, or {@link #NONE}
   */
  long placeOf(long block);

  /** Whether the copy is not quite the block, and needs {@link #restore}. */
  boolean isAltered(long block);

  /** Makes the copy that was read the block again. */
  void restore(MemorySegment copy);
}
