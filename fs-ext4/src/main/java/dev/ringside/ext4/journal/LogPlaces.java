package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.util.Arrays;

/**
 * Where each block of the journal's file lies on the disk. The whole mapping is read once, so that
 * a commit never has to read metadata.
 */
final class LogPlaces {
  private static final int INITIAL_RUNS = 16;

  private long[] starts = new long[INITIAL_RUNS];
  private long[] places = new long[INITIAL_RUNS];
  private int runs;
  private final long blocks;

  /** The run that was asked for last: the log is written from front to back. */
  private int current;

  private LogPlaces(long blocks) {
    this.blocks = blocks;
  }

  /**
   * Reads a mapping.
   *
   * @param blocks of the file that are wanted, from its first on
   * @param filesystemBlocks how many there are on the filesystem
   * @throws Ext4CorruptedException when one of them is a hole, or not on the filesystem
   */
  static LogPlaces read(JournalFile file, long blocks, long filesystemBlocks) throws Ext4Exception {
    LogPlaces read = new LogPlaces(blocks);
    long block = 0;
    while (block < blocks) {
      JournalFile.Run run = file.locate(block);
      long count = Math.min(run.count(), blocks - block);
      if (count < 1 || run.block() < 1 || run.block() > filesystemBlocks - count) {
        throw new Ext4CorruptedException(
            "journal", "block %d of its file is block %d".formatted(block, run.block()));
      }
      read.add(block, run.block());
      block += count;
    }
    return read;
  }

  private void add(long start, long place) {
    if (runs == starts.length) {
      starts = Arrays.copyOf(starts, runs * 2);
      places = Arrays.copyOf(places, runs * 2);
    }
    starts[runs] = start;
    places[runs] = place;
    runs++;
  }

  /** The filesystem's block that a block of the file is. */
  long of(long block) {
    if (block < starts[current] || block >= endOf(current)) {
      int found = Arrays.binarySearch(starts, 0, runs, block);
      current = found >= 0 ? found : -found - 2;
    }
    return places[current] + block - starts[current];
  }

  private long endOf(int run) {
    return run + 1 < runs ? starts[run + 1] : blocks;
  }
}
