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
import dev.ringside.ext4.journal.RecoveredBlocks;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.MappedJournal;

/** Finds the journal of an image that was not unmounted, and reads its log. */
final class LogOfImage {
  private LogOfImage() {}

  /**
   * What the log holds and the filesystem does not.
   *
   * @param superblock as it stands at its place, which may be older than the log's
   * @throws Ext4CorruptedException when there is no journal, or a damaged one
   */
  static RecoveredBlocks read(BlockDevice device, DiskReader reader, Superblock superblock)
      throws Ext4Exception {
    int blockSize = superblock.blockSize();
    long bytes = (long) MetadataCache.MIN_BLOCKS * blockSize;
    // What is cached here is older than the log: nobody else may see it.
    try (MetadataCache cache = new MetadataCache(device, reader, blockSize, bytes)) {
      Inode inode =
          new InodeTable(superblock, new GroupTable(superblock, cache), cache)
              .readNamed(superblock.journalInode());
      if (inode.type() != FileType.REGULAR) {
        throw new Ext4CorruptedException("journal", "its inode is no regular file");
      }
      FileMapping mapping = FileMapping.of(inode, superblock, cache);
      long blocks = inode.size() / blockSize;
      try (JournalLog log =
          new JournalLog(device, reader, new MappedJournal(mapping), blocks, blockSize)) {
        JournalSuperblock journal = JournalSuperblock.parse(log.block(0), blockSize, blocks);
        return JournalRecovery.read(journal, log, superblock.blocks());
      }
    }
  }
}
