package dev.ringside.ext4.journal;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.Feature;
import dev.ringside.ext4.format.JournalFeature;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.Superblock;

/** What is looked at, and changed, in a journal's superblock before the journal is written. */
final class JournalPreparation {
  /** A transaction of a useful size is a quarter of it. */
  private static final long LEAST_BLOCKS = 256;

  private JournalPreparation() {}

  /** The superblock of a journal that can be written. */
  static JournalSuperblock read(
      JournalFile file,
      long fileBlocks,
      Superblock superblock,
      BlockDevice device,
      DiskReader reader)
      throws Ext4Exception {
    int blockSize = superblock.blockSize();
    JournalSuperblock journal;
    try (JournalLog log = new JournalLog(device, reader, file, fileBlocks, blockSize)) {
      journal = JournalSuperblock.parse(log.block(0), blockSize, fileBlocks);
    }
    if (journal.needsRecovery()) {
      throw new Ext4CorruptedException("journal", "it has to be recovered before it is written");
    }
    if (!journal.canHaveFeatures()) {
      throw new Ext4UnsupportedException(
          "journal superblock of version 1", "make the journal anew with tune2fs");
    }
    if (journal.end() - journal.first() < LEAST_BLOCKS) {
      throw new Ext4UnsupportedException(
          "journal of %d blocks".formatted(journal.end()),
          "make one of 1024 blocks or more with tune2fs");
    }
    return journal;
  }

  /**
   * Turns on what a filesystem wants of its journal: checksums where its metadata have some, and 64
   * bits for its block numbers. Nothing is in the log that has another layout.
   */
  static void upgrade(JournalSuperblock journal, Superblock superblock) {
    boolean plain = !journal.hasBlockChecksums() && !journal.has(JournalFeature.CHECKSUM);
    if (plain && superblock.hasMetadataChecksums()) {
      journal.add(JournalFeature.CSUM_V3);
    }
    if (superblock.has(Feature.SIXTY_FOUR_BIT)) {
      journal.add(JournalFeature.SIXTY_FOUR_BIT);
    }
    journal.add(JournalFeature.REVOKE);
  }
}
