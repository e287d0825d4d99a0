package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;

/** File content that metadata refers to, and that must not come to the disk after it. */
@FunctionalInterface
public interface OrderedData {
  /**
   * Adds writes of all that is dirty to a batch. The journal waits for the batch before it commits.
   */
  void writeInto(IoBatch batch) throws Ext4Exception;
}
