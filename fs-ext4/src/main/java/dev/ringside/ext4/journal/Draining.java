package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;

/** Waiting for requests of which nobody wants to know how they end, because all is lost already. */
final class Draining {
  private Draining() {}

  /** Returns when the disk does not use the batch's memory any more, if that can be had. */
  static void drain(DiskIo io, IoBatch batch) {
    try {
      io.await(batch);
    } catch (Ext4Exception ignored) {
      // What failed first has been reported.
      return;
    }
  }
}
