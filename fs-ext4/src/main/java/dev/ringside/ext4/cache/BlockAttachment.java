package dev.ringside.ext4.cache;

import dev.ringside.ext4.error.Ext4Exception;

/**
 * What a layer above remembers about a cached block, as a journal does about one that is part of a
 * transaction. The cache keeps the block while something is attached.
 */
public interface BlockAttachment {
  /** Returns when the disk does not read the block's memory any more, so that it may change. */
  void awaitWrites() throws Ext4Exception;
}
