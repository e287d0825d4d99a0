package dev.ringside.ext4.mapping;

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
}
