package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Ext4Exception;

/** Metadata that is kept in another form while it changes, and written into its block at commit. */
@FunctionalInterface
public interface DeferredMetadata {
  /**
   * Writes itself into its block or blocks.
   *
   * @param handle of the transaction that commits
   */
  void writeInto(Handle handle) throws Ext4Exception;
}
