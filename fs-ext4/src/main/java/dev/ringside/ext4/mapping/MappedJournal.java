package dev.ringside.ext4.mapping;

import dev.ringside.ext4.alloc.SystemZone;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.JournalFile;

/**
 * The journal's file by its mapping.
 *
 * @param mapping of the journal's inode
 */
public record MappedJournal(FileMapping mapping) implements JournalFile {
  @Override
  public Run locate(long block) throws Ext4Exception {
    if (mapping.map(block) instanceof IoMap.Mapped run) {
      return new Run(run.block(), run.count());
    }
    throw new Ext4CorruptedException("journal", "block %d of its file is none".formatted(block));
  }

  /**
   * Makes the journal's blocks the filesystem's own, so that no other file may have them.
   *
   * @param blocks how long the journal's file is
   * @throws Ext4CorruptedException when they are the filesystem's already, or the file has a hole
   */
  public void protect(SystemZone zone, long blocks) throws Ext4Exception {
    long next = 0;
    while (next < blocks) {
      Run run = locate(next);
      long count = Math.min(run.count(), blocks - next);
      zone.add(run.block(), count);
      next += count;
    }
  }
}
