package dev.ringside.ext4.alloc;

import dev.ringside.ext4.format.Bitmap;
import java.lang.foreign.MemorySegment;

/** Looks for a run of free bits in one group's bitmap. */
final class RunSearch {
  /** How many runs that are too short are looked at before the longest of them is good enough. */
  private static final int MOST_RUNS = 64;

  private final MemorySegment bits;
  private final FreedBlocks freed;
  private final int group;
  private int start;
  private int length;

  RunSearch(MemorySegment bits, FreedBlocks freed, int group) {
    this.bits = bits;
    this.freed = freed;
    this.group = group;
  }

  /** Where the run that was found starts. */
  int start() {
    return start;
  }

  /** How long the run that was found is, 0 to {@code count}. */
  int length() {
    return length;
  }

  /**
   * Finds a run in the bits {@code from} to {@code end} - 1: the first that is long enough, else
   * the longest of the first few.
   *
   * @param goal where a run of any length is good enough; -1 for nowhere
   */
  void find(int goal, int from, int end, int count) {
    start = from;
    length = 0;
    int at = nextFree(from, end);
    for (int runs = 0; at < end && runs < MOST_RUNS; runs++) {
      int runEnd = runEnd(at, Math.min(end, at + count));
      if (runEnd - at > length) {
        start = at;
        length = runEnd - at;
      }
      if (length == count || (length > 0 && start == goal)) {
        return;
      }
      at = nextFree(runEnd, end);
    }
  }

  private int nextFree(int from, int end) {
    int at = Bitmap.nextClear(bits, from, end);
    int behind = freed.endOfRunAt(group, at);
    while (at < end && behind > at) {
      at = Bitmap.nextClear(bits, behind, end);
      behind = freed.endOfRunAt(group, at);
    }
    return Math.min(at, end);
  }

  private int runEnd(int from, int limit) {
    return freed.nextStart(group, from, Bitmap.nextSet(bits, from, limit));
  }
}
