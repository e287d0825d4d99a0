package dev.ringside.ext4.alloc;

import dev.ringside.ext4.error.Ext4CorruptedException;
import java.util.Arrays;

/**
 * The blocks that are the filesystem's own: superblocks, descriptors, bitmaps, inode tables, and
 * the journal's. A file that claims one of them is damaged.
 *
 * <p>Kept as runs, sorted and merged, so that a lookup is a binary search.
 */
public final class SystemZone {
  private long[] starts;
  private long[] ends;
  private int runs;

  private SystemZone(long[] starts, long[] ends, int runs) {
    this.starts = starts;
    this.ends = ends;
    this.runs = runs;
  }

  /** Gathers runs in any order. */
  static final class Builder {
    private static final int LENGTH_BITS = 20;
    private static final long MOST_BLOCKS = (1L << LENGTH_BITS) - 1;

    /** A run's start above its length, so that sorting needs no objects. */
    private long[] packed = new long[64];

    private int count;

    void add(long first, long blocks) {
      long next = first;
      long left = blocks;
      while (left > 0) {
        long part = Math.min(left, MOST_BLOCKS);
        if (count == packed.length) {
          packed = Arrays.copyOf(packed, count * 2);
        }
        packed[count] = (next << LENGTH_BITS) | part;
        count++;
        next += part;
        left -= part;
      }
    }

    SystemZone build() throws Ext4CorruptedException {
      Arrays.sort(packed, 0, count);
      long[] starts = new long[count];
      long[] ends = new long[count];
      int runs = 0;
      for (int i = 0; i < count; i++) {
        long start = packed[i] >>> LENGTH_BITS;
        long end = start + (packed[i] & MOST_BLOCKS);
        if (runs > 0 && start < ends[runs - 1]) {
          throw overlap(start);
        }
        if (runs > 0 && start == ends[runs - 1]) {
          ends[runs - 1] = end;
        } else {
          starts[runs] = start;
          ends[runs] = end;
          runs++;
        }
      }
      return new SystemZone(Arrays.copyOf(starts, runs), Arrays.copyOf(ends, runs), runs);
    }
  }

  private static Ext4CorruptedException overlap(long block) {
    return new Ext4CorruptedException(
        "group descriptors", "two structures of the filesystem claim block " + block);
  }

  /**
   * Adds blocks of the journal.
   *
   * @throws Ext4CorruptedException when some of them are the filesystem's already
   */
  public void add(long first, long count) throws Ext4CorruptedException {
    if (overlaps(first, count)) {
      throw overlap(first);
    }
    int at = firstEndingAfter(first);
    starts = Arrays.copyOf(starts, runs + 1);
    ends = Arrays.copyOf(ends, runs + 1);
    System.arraycopy(starts, at, starts, at + 1, runs - at);
    System.arraycopy(ends, at, ends, at + 1, runs - at);
    starts[at] = first;
    ends[at] = first + count;
    runs++;
  }

  /** Whether one of some blocks is the filesystem's own. */
  public boolean overlaps(long first, long count) {
    int run = firstEndingAfter(first);
    return run < runs && starts[run] < first + count;
  }

  /** The first run that ends behind a block; {@link #runs} when there is none. */
  int firstEndingAfter(long block) {
    int low = 0;
    int high = runs;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] > block) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** How many blocks there are. */
  long blocks() {
    long blocks = 0;
    for (int run = 0; run < runs; run++) {
      blocks += ends[run] - starts[run];
    }
    return blocks;
  }

  int runs() {
    return runs;
  }

  long start(int run) {
    return starts[run];
  }

  long end(int run) {
    return ends[run];
  }
}
