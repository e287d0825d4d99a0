package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.Transactions;

/** Makes content last: writes it, then commits what is needed to find it. */
final class Syncing {
  private static final int NEVER = 0;

  private final Volume volume;
  private final Writeback writeback;
  private final DiskIo io;
  private final IoBatch flush;

  Syncing(Volume volume, Writeback writeback) {
    this.volume = volume;
    this.writeback = writeback;
    this.io = volume.reader().io();
    this.flush = io.batch();
  }

  /**
   * Returns when a file cannot be lost any more.
   *
   * @param dataOnly whether the inode's times may be
   * @throws Ext4Exception with {@link Errno#EIO} when content could not be written since this was
   *     called last
   */
  void sync(ContentFile file, boolean dataOnly) throws Ext4Exception {
    ContentChanges changes = volume.changes();
    if (changes == null) {
      return;
    }
    writeback.writeAll(file);
    String failure = file.takeFailure();
    Transactions transactions = changes.transactions();
    int transaction = dataOnly ? file.dataTransaction() : file.inode().transaction();
    if (transactions.isAborted()) {
      throw new Ext4Exception(Errno.EIO, "inode " + file.number(), "the filesystem was stopped");
    }
    if (transaction == NEVER || !transactions.commit(transaction)) {
      flush();
    }
    if (failure != null) {
      throw new Ext4Exception(Errno.EIO, "inode " + file.number(), failure);
    }
  }

  /** Returns when nothing can be lost any more. */
  void syncAll() throws Ext4Exception {
    ContentChanges changes = volume.changes();
    if (changes != null) {
      writeback.writeAll();
      if (!changes.transactions().commitAll()) {
        flush();
      }
    }
  }

  private void flush() throws Ext4Exception {
    io.flush(flush);
    io.await(flush);
  }
}
