package dev.ringside.lab.replay;

import dev.ringside.driver.BlockOperation;
import java.util.Arrays;

/**
 * Requests that wait to be submitted, in columns: reading the trace allocates and takes its time,
 * so it fills a block while no request is in flight and the replay's clock stands still.
 */
final class RequestBlock {
  private BlockOperation[] operations;
  private long[] sectors;
  private int[] counts;
  private int size;

  RequestBlock(int capacity) {
    operations = new BlockOperation[capacity];
    sectors = new long[capacity];
    counts = new int[capacity];
    Arrays.fill(operations, BlockOperation.FLUSH);
  }

  /** How many requests wait. */
  int size() {
    return size;
  }

  BlockOperation operation(int index) {
    return operations[index];
  }

  /** First sector; 0 for a flush. */
  long sector(int index) {
    return sectors[index];
  }

  /** How many sectors; 0 for a flush. */
  int count(int index) {
    return counts[index];
  }

  /** Appends a request. */
  void add(BlockOperation operation, long sector, int count) {
    if (size == sectors.length) {
      operations = Arrays.copyOf(operations, 2 * size);
      sectors = Arrays.copyOf(sectors, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    operations[size] = operation;
    sectors[size] = sector;
    counts[size] = count;
    size++;
  }

  /** Forgets the first requests; those behind them move up. */
  void removeFirst(int taken) {
    int left = size - taken;
    System.arraycopy(operations, taken, operations, 0, left);
    System.arraycopy(sectors, taken, sectors, 0, left);
    System.arraycopy(counts, taken, counts, 0, left);
    size = left;
  }
}
