package dev.ringside.ext4.alloc;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that were freed in a transaction that can still be lost: if it is, their old owner has
 * them again, so nobody else may write to them before. Bits are those of the group's bitmap.
 */
final class FreedBlocks {
  private final Map<Integer, Runs> groups = new HashMap<>();
  private final int[] counts;
  private long total;

  FreedBlocks(int groups) {
    this.counts = new int[groups];
  }

  /** Runs of one group, sorted; none touches another. */
  private static final class Runs {
    private int[] starts = new int[4];
    private int[] ends = new int[4];
    private int count;

    /** The first run that ends behind a bit. */
    int firstEndingAfter(int bit) {
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (ends[middle] > bit) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    }

    void add(int from, int end) {
      int at = firstEndingAfter(from);
      boolean left = at > 0 && ends[at - 1] == from;
      boolean right = at < count && starts[at] == end;
      if (left && right) {
        ends[at - 1] = ends[at];
        removeAt(at);
      } else if (left) {
        ends[at - 1] = end;
      } else if (right) {
        starts[at] = from;
      } else {
        insertAt(at, from, end);
      }
    }

    /** Takes out a part of one run. */
    void remove(int from, int end) {
      int at = firstEndingAfter(from);
      int runEnd = ends[at];
      if (starts[at] == from && runEnd == end) {
        removeAt(at);
      } else if (starts[at] == from) {
        starts[at] = end;
      } else {
        ends[at] = from;
        if (end < runEnd) {
          insertAt(at + 1, end, runEnd);
        }
      }
    }

    private void insertAt(int at, int from, int end) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, count * 2);
        ends = Arrays.copyOf(ends, count * 2);
      }
      System.arraycopy(starts, at, starts, at + 1, count - at);
      System.arraycopy(ends, at, ends, at + 1, count - at);
      starts[at] = from;
      ends[at] = end;
      count++;
    }

    private void removeAt(int at) {
      count--;
      System.arraycopy(starts, at + 1, starts, at, count - at);
      System.arraycopy(ends, at + 1, ends, at, count - at);
    }
  }

  /** How many blocks there are. */
  long total() {
    return total;
  }

  /** How many blocks of a group there are. */
  int count(int group) {
    return counts[group];
  }

  void add(int group, int from, int end) {
    groups.computeIfAbsent(group, _ -> new Runs()).add(from, end);
    counts[group] += end - from;
    total += end - from;
  }

  /** Takes out what was added; it may be reused. */
  void release(int group, int from, int end) {
    Runs runs = groups.get(group);
    if (runs == null) {
      throw new IllegalStateException("group " + group + " has no freed blocks");
    }
    runs.remove(from, end);
    if (runs.count == 0) {
      groups.remove(group);
    }
    counts[group] -= end - from;
    total -= end - from;
  }

  /** The end of the run that a bit lies in, or the bit itself when it lies in none. */
  int endOfRunAt(int group, int bit) {
    Runs runs = runs(group);
    if (runs == null) {
      return bit;
    }
    int at = runs.firstEndingAfter(bit);
    return at < runs.count && runs.starts[at] <= bit ? runs.ends[at] : bit;
  }

  /** The start of the first run from a bit on, or {@code end} when there is none before it. */
  int nextStart(int group, int bit, int end) {
    Runs runs = runs(group);
    if (runs == null) {
      return end;
    }
    int at = runs.firstEndingAfter(bit);
    return at < runs.count ? Math.min(Math.max(bit, runs.starts[at]), end) : end;
  }

  private @Nullable Runs runs(int group) {
    return counts[group] == 0 ? null : groups.get(group);
  }
}
