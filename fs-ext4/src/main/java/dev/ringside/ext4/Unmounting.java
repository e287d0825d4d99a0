package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

/** Leaves a disk as one that was unmounted. */
final class Unmounting {
  private static final int CREDITS = 4;

  private Unmounting() {}

  /** Writes everything home and says in the superblock that nothing is left to do. */
  static void unmount(Volume volume) throws Ext4Exception {
    Writing writing = volume.writing();
    if (writing.transactions().isAborted()) {
      writing.transactions().close();
      return;
    }
    if (volume.state() == Volume.WriteState.FROZEN) {
      thaw(volume);
      volume.setState(Volume.WriteState.WRITABLE);
    }
    volume.deletion().deleteWaiting();
    volume.content().syncAll();
    Superblock superblock = volume.superblock();
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      superblock.recordWrite(volume.now());
      clearOrphanPresent(writing, superblock);
      if (!superblock.has(Feature.HAS_JOURNAL)) {
        superblock.setValid(writing.wasValid());
      }
      writing.superblock().changed(handle);
    }
    writing.transactions().close();
  }

  /** Writes everything, so that a copy of the disk is a whole filesystem. */
  static void freeze(Volume volume) throws Ext4Exception {
    volume.content().syncAll();
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      clearOrphanPresent(volume.writing(), volume.superblock());
      volume.writing().superblock().changed(handle);
    }
    volume.writing().transactions().freeze();
  }

  /** Makes the disk one in use again. */
  static void thaw(Volume volume) throws Ext4Exception {
    Writing writing = volume.writing();
    writing.transactions().thaw();
    if (writing.orphanFile() != null) {
      volume.superblock().set(Feature.ORPHAN_PRESENT, true);
      try (Handle handle = writing.transactions().start(CREDITS, true)) {
        writing.superblock().changed(handle);
      }
    }
  }

  /** Says that the orphan file is empty, if it is. */
  private static void clearOrphanPresent(Writing writing, Superblock superblock) {
    if (writing.orphanFile() != null && writing.orphanFile().isEmpty()) {
      superblock.set(Feature.ORPHAN_PRESENT, false);
    }
  }
}
