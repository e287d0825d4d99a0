package dev.ringside.ext4.cache;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.lang.foreign.MemorySegment;

/**
 * What a metadata block has to be, and to whom it has to belong. Two checks are equal when a block
 * that passes one passes the other; implementations are records for that.
 */
@FunctionalInterface
public interface BlockCheck {
  /**
   * Verifies a block's checksum and everything that can be told from its bytes alone.
   *
   * @param block number of the block, for the message
   */
  void verify(MemorySegment bytes, long block) throws Ext4CorruptedException;
}
