package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.journal.Handle;
import dev.ringside.ext4.journal.Transactions;

/** Leaves a disk as one that was unmounted: for good, or until a thaw. */
final class Unmounting {
  private static final int CREDITS = 4;

  private Unmounting() {}

  /** Writes everything home and says in the superblock that nothing is left to do. */
  static void unmount(Volume volume) throws Ext4Exception {
    Transactions transactions = volume.writing().transactions();
    if (!transactions.isAborted()) {
      if (volume.isFrozen()) {
        thaw(volume);
      }
      volume.deletion().deleteWaiting();
      volume.content().syncAll();
      CleanMark.putOn(volume);
    }
    transactions.close();
  }

  /** Writes everything, so that a copy of the disk is a whole filesystem. */
  static void freeze(Volume volume) throws Ext4Exception {
    volume.content().syncAll();
    CleanMark.putOn(volume);
    volume.writing().transactions().freeze();
  }

  /** Makes the disk one in use again, and deletes what could not be deleted meanwhile. */
  static void thaw(Volume volume) throws Ext4Exception {
    Transactions transactions = volume.writing().transactions();
    transactions.thaw();
    CleanMark.takeOff(volume.superblock());
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      volume.writing().superblock().changed(handle);
    }
    if (!volume.superblock().has(Feature.HAS_JOURNAL)) {
      transactions.commitAll();
    }
    volume.deletion().deleteUnused();
  }
}
