package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.JournalSuperblock;

/**
 * The journal's superblock on the disk: where recovery has to begin. One write of it is under way
 * at a time, and it changes only within its first sector, which is written wholly or not at all.
 */
final class LogTail implements AutoCloseable {
  private final DiskIo io;
  private final JournalSuperblock journal;
  private final long position;
  private final long address;

  /**
   * Takes guest memory for the superblock.
   *
   * @param place number of the filesystem's block that it is in
   */
  LogTail(DiskIo io, JournalSuperblock journal, long place, int blockSize) {
    this.io = io;
    this.journal = journal;
    this.position = place * blockSize;
    this.address = io.device().frames().allocate(JournalSuperblock.SIZE);
  }

  /** Whether the disk says that there is nothing to recover. */
  boolean isEmpty() {
    return !journal.needsRecovery();
  }

  /** Adds a write that makes recovery begin with a transaction. */
  void moveTo(long start, int transaction, IoBatch batch) throws Ext4Exception {
    journal.setTail(start, transaction);
    write(batch);
  }

  /** Adds a write that says that the log is empty. */
  void clear(long head, int nextTransaction, IoBatch batch) throws Ext4Exception {
    journal.setEmpty(head, nextTransaction);
    write(batch);
  }

  /** Adds a write that says that the journal was stopped by an error. */
  void fail(int error, IoBatch batch) throws Ext4Exception {
    journal.setError(error);
    write(batch);
  }

  /** Adds a write of the superblock as it is in memory. */
  void write(IoBatch batch) throws Ext4Exception {
    journal.sealInto(io.device().memory().slice(address, JournalSuperblock.SIZE));
    io.write(batch, position, address, JournalSuperblock.SIZE);
  }

  @Override
  public void close() {
    io.device().frames().free(address, JournalSuperblock.SIZE);
  }
}
