package dev.ringside.ext4.journal;

import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.error.Ext4UnsupportedException;
import dev.ringside.ext4.format.JournalSuperblock;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.machine.FrameAllocator;
import java.lang.foreign.MemorySegment;

/**
 * Recovery that writes: brings what a log holds home, and empties the log. A crash in the middle
 * costs nothing, because the log says the same until all of it is home.
 */
public final class JournalReplay {
  /** Blocks that are moved together. */
  private static final int WINDOW = 64;

  private final DiskReader reader;
  private final DiskIo io;
  private final int blockSize;
  private final IoBatch batch;

  private JournalReplay(DiskReader reader, int blockSize) {
    this.reader = reader;
    this.io = reader.io();
    this.blockSize = blockSize;
    this.batch = io.batch();
  }

  /**
   * Recovers a filesystem. Whoever has read anything of it before has to read it again. The feature
   * {@code needs_recovery} stays set; {@link Journal#close} clears it.
   *
   * @param file of the journal
   * @param fileBlocks that it has
   * @param superblock as it stands at its place, which may be older than the log's
   * @return what the log held
   * @throws Ext4CorruptedException when a committed transaction is damaged; nothing was written
   * @throws Ext4UnsupportedException when there are fast commits; nothing was written
   */
  public static RecoveredBlocks run(
      JournalFile file, long fileBlocks, Superblock superblock, DiskReader reader)
      throws Ext4Exception {
    int blockSize = superblock.blockSize();
    JournalReplay replay = new JournalReplay(reader, blockSize);
    JournalSuperblock journal;
    RecoveredBlocks recovered;
    long place;
    try (JournalLog log =
        new JournalLog(reader.io().device(), reader, file, fileBlocks, blockSize)) {
      journal = JournalSuperblock.parse(log.block(0), blockSize, fileBlocks);
      place = log.place(0);
      recovered = JournalRecovery.read(journal, log, superblock.blocks());
    }
    if (journal.needsRecovery()) {
      checkLeavesLogAlone(recovered, LogPlaces.read(file, fileBlocks, superblock));
      replay.bringHome(recovered);
      replay.empty(journal, recovered, place);
    }
    return recovered;
  }

  /** After a crash in the middle, the log has to say the same again. */
  private static void checkLeavesLogAlone(RecoveredBlocks recovered, LogPlaces log)
      throws Ext4CorruptedException {
    for (long block : recovered.blocks()) {
      if (log.contains(block)) {
        throw new Ext4CorruptedException(
            "journal",
            "a transaction writes block %d, which is the journal's own".formatted(block));
      }
    }
  }

  private void bringHome(RecoveredBlocks recovered) throws Ext4Exception {
    FrameAllocator frames = io.device().frames();
    long bytes = (long) WINDOW * blockSize;
    long address = frames.allocate(bytes);
    try {
      long[] blocks = recovered.blocks();
      for (int first = 0; first < blocks.length; first += WINDOW) {
        int count = Math.min(WINDOW, blocks.length - first);
        readCopies(recovered, blocks, first, count, address);
        for (int i = 0; i < count; i++) {
          io.write(batch, blocks[first + i] * blockSize, at(address, i), blockSize);
        }
        io.await(batch);
      }
    } finally {
      frames.free(address, bytes);
    }
    flush();
  }

  private void readCopies(
      RecoveredBlocks recovered, long[] blocks, int first, int count, long address)
      throws Ext4Exception {
    for (int i = 0; i < count; i++) {
      long place = recovered.placeOf(blocks[first + i]);
      reader.add(place * blockSize, at(address, i), blockSize);
    }
    reader.finish();
    for (int i = 0; i < count; i++) {
      if (recovered.isAltered(blocks[first + i])) {
        MemorySegment copy = io.device().memory().slice(at(address, i), blockSize);
        recovered.restore(copy);
      }
    }
  }

  private long at(long address, int index) {
    return address + (long) index * blockSize;
  }

  private void empty(JournalSuperblock journal, RecoveredBlocks recovered, long place)
      throws Ext4Exception {
    try (LogTail tail = new LogTail(io, journal, place, blockSize)) {
      // One number is left out: a transaction of that number may have begun in the log, and must
      // not be taken for a part of what follows.
      tail.clear(journal.first(), recovered.nextSequence() + 1, batch);
      io.await(batch);
    }
    flush();
  }

  private void flush() throws Ext4Exception {
    io.flush(batch);
    io.await(batch);
  }
}
