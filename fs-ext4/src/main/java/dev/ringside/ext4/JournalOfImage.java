package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.alloc.GroupTable;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.MetadataCache;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.FileType;
import dev.ringside.ext4.format.Inode;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.inode.InodeTable;
import dev.ringside.ext4.journal.JournalLog;
import dev.ringside.ext4.journal.JournalRecovery;
import dev.ringside.ext4.journal.JournalReplay;
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.MappedJournal;

/**
 * The journal's file.
 *
 * @param blocks that it has
 */
record JournalOfImage(MappedJournal file, long blocks) {

  /**
   * Finds it.
   *
   * @throws Ext4CorruptedException when there is none, or it is no regular file
   */
  static JournalOfImage find(Superblock superblock, MetadataCache cache) throws Ext4Exception {
    Inode inode =
        new InodeTable(superblock, new GroupTable(superblock, cache), cache)
            .readNamed(superblock.journalInode());
    if (inode.type() != FileType.REGULAR) {
      throw new Ext4CorruptedException("journal", "its inode is no regular file");
    }
    FileMapping mapping = FileMapping.of(inode, superblock, cache);
    return new JournalOfImage(new MappedJournal(mapping), inode.size() / superblock.blockSize());
  }

  /** What is done with a journal before its filesystem is used. */
  @FunctionalInterface
  private interface Task {
    RecoveredBlocks run(JournalOfImage journal) throws Ext4Exception;
  }

  /**
   * What the log of an image that was not unmounted holds and the filesystem does not.
   *
   * @param superblock as it stands at its place, which may be older than the log's
   * @throws Ext4CorruptedException when there is no journal, or a damaged one
   */
  static RecoveredBlocks read(BlockDevice device, DiskReader reader, Superblock superblock)
      throws Ext4Exception {
    int blockSize = superblock.blockSize();
    return before(
        device,
        reader,
        superblock,
        journal -> {
          try (JournalLog log =
              new JournalLog(device, reader, journal.file, journal.blocks, blockSize)) {
            JournalSuperblock start =
                JournalSuperblock.parse(log.block(0), blockSize, journal.blocks);
            return JournalRecovery.read(start, log, superblock.blocks());
          }
        });
  }

  /** Brings what the log holds home; parameters and failures as for {@link #read}. */
  static RecoveredBlocks recover(BlockDevice device, DiskReader reader, Superblock superblock)
      throws Ext4Exception {
    return before(
        device,
        reader,
        superblock,
        journal -> JournalReplay.run(journal.file, journal.blocks, superblock, reader));
  }

  private static RecoveredBlocks before(
      BlockDevice device, DiskReader reader, Superblock superblock, Task task)
      throws Ext4Exception {
    int blockSize = superblock.blockSize();
    long bytes = (long) MetadataCache.MIN_BLOCKS * blockSize;
    // What is cached here is older than the log: nobody else may see it.
    try (MetadataCache cache = new MetadataCache(device, reader, blockSize, bytes)) {
      return task.run(find(superblock, cache));
    }
  }
}
