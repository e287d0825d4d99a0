package dev.ringside.ext4;

import dev.ringside.ext4.access.Credentials;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;

/** What the superblock says, beside its journal, about whether the filesystem is in use. */
final class CleanMark {
  private static final int CREDITS = 4;

  private CleanMark() {}

  /** Says that it is in use: what has no journal may be half done, and orphans may be noted. */
  static void takeOff(Superblock superblock) {
    if (!superblock.has(Feature.HAS_JOURNAL)) {
      superblock.history().setValid(false);
    }
    if (superblock.has(Feature.ORPHAN_FILE)) {
      superblock.set(Feature.ORPHAN_PRESENT, true);
    }
  }

  /** Says that it is not: everything was written, and no more is left to do than before. */
  static void putOn(Volume volume) throws Ext4Exception {
    Writing writing = volume.writing();
    Superblock superblock = volume.superblock();
    try (Handle handle = volume.begin(CREDITS, Credentials.ROOT)) {
      superblock.history().recordWrite(volume.now());
      if (writing.orphanFile() != null && writing.orphanFile().isEmpty()) {
        superblock.set(Feature.ORPHAN_PRESENT, false);
      }
      if (!superblock.has(Feature.HAS_JOURNAL)) {
        superblock.history().setValid(writing.wasValid());
      }
      writing.superblock().changed(handle);
    }
  }
}
