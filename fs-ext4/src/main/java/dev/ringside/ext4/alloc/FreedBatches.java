package dev.ringside.ext4.alloc;

import dev.ringside.ext4.format.Superblock;
import dev.ringside.ext4.journal.Handle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What each transaction has freed, until it can not be lost any more. */
final class FreedBatches {
  private final Superblock superblock;
  private final FreedBlocks freed;
  private final ReleasedBlocks after;
  private @Nullable Batch open;

  /**
   * Nothing is freed yet.
   *
   * @param after is told of what is released
   */
  FreedBatches(Superblock superblock, int groups, ReleasedBlocks after) {
    this.superblock = superblock;
    this.freed = new FreedBlocks(groups);
    this.after = after;
  }

  FreedBlocks freed() {
    return freed;
  }

  /** Notes blocks that were freed in a handle's transaction. */
  void add(Handle handle, int group, int from, int end) {
    Batch batch = open;
    if (batch == null || batch.transaction != handle.transaction()) {
      batch = new Batch(handle.transaction());
      open = batch;
      handle.afterCommit(batch);
    }
    freed.add(group, from, end);
    batch.add(group, from, end);
  }

  private final class Batch implements Runnable {
    private final int transaction;

    /** Group, first bit and end of each run. */
    private int[] runs = new int[48];

    private int length;

    Batch(int transaction) {
      this.transaction = transaction;
    }

    void add(int group, int from, int end) {
      if (length > 0 && runs[length - 3] == group && runs[length - 2] == end) {
        runs[length - 2] = from;
        return;
      }
      if (length > 0 && runs[length - 3] == group && runs[length - 1] == from) {
        runs[length - 1] = end;
        return;
      }
      if (length == runs.length) {
        runs = Arrays.copyOf(runs, length * 2);
      }
      runs[length] = group;
      runs[length + 1] = from;
      runs[length + 2] = end;
      length += 3;
    }

    @Override
    public void run() {
      if (open == this) {
        open = null;
      }
      for (int i = 0; i < length; i += 3) {
        long first = superblock.layout().groupStart(runs[i]) + runs[i + 1];
        after.released(first, runs[i + 2] - runs[i + 1]);
      }
      after.allReleased();
      for (int i = 0; i < length; i += 3) {
        freed.release(runs[i], runs[i + 1], runs[i + 2]);
      }
    }
  }
}
