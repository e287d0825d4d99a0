package dev.ringside.ext4.journal;

import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

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

  /** Where runs begin and end on the disk, in its order. */
  private long[] sortedPlaces = {};

  private long[] sortedEnds = {};

  /** The run that was asked for last: the log is written from front to back. */
  private int current;

  private LogPlaces(long blocks) {
    this.blocks = blocks;
  }

  /**
   * Reads a mapping.
   *
   * @param blocks of the file that are wanted, from its first on
   * @throws Ext4CorruptedException when one of them is a hole, not on the filesystem, or there
   *     twice
   */
  static LogPlaces read(JournalFile file, long blocks, Superblock superblock) throws Ext4Exception {
    LogPlaces read = new LogPlaces(blocks);
    long block = 0;
    while (block < blocks) {
      JournalFile.Run run = file.locate(block);
      long count = Math.min(run.count(), blocks - block);
      if (count < 1 || !superblock.isDataRange(run.block(), count)) {
        throw new Ext4CorruptedException(
            "journal", "block %d of its file is block %d".formatted(block, run.block()));
      }
      read.add(block, run.block());
      block += count;
    }
    read.sort();
    return read;
  }

  /** A block that stood in the log twice would be written over by the log itself. */
  private void sort() throws Ext4CorruptedException {
    int[] order =
        IntStream.range(0, runs)
            .boxed()
            .sorted(Comparator.comparingLong(run -> places[run]))
            .mapToInt(Integer::intValue)
            .toArray();
    sortedPlaces = new long[runs];
    sortedEnds = new long[runs];
    for (int i = 0; i < runs; i++) {
      int run = order[i];
      sortedPlaces[i] = places[run];
      sortedEnds[i] = places[run] + endOf(run) - starts[run];
      if (i > 0 && sortedPlaces[i] < sortedEnds[i - 1]) {
        throw new Ext4CorruptedException(
            "journal", "block %d is twice in its file".formatted(sortedPlaces[i]));
      }
    }
  }

  /** Whether a block of the filesystem belongs to the journal's file. */
  boolean contains(long place) {
    int found = Arrays.binarySearch(sortedPlaces, place);
    int run = found >= 0 ? found : -found - 2;
    return run >= 0 && place < sortedEnds[run];
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
