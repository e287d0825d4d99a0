package dev.ringside.ext4.cache;

import java.lang.foreign.MemorySegment;

/**
 * Finishes a metadata block before it leaves the cache: writes its checksum. A block is changed
 * many times and leaves once, so that is when its checksum is computed.
 */
@FunctionalInterface
public interface BlockSeal {
  /** For blocks without a checksum of their own. */
  BlockSeal NONE = (_, _) -> {};

  /**
   * Writes the block's checksum.
   *
   * @param block number of the block
   */
  void seal(MemorySegment bytes, long block);
}
