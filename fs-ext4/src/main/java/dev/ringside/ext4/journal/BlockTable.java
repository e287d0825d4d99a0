package dev.ringside.ext4.journal;

import java.util.Arrays;

/**
 * A long for each block number, without an object for each: a journal may hold as many blocks as it
 * likes. Open addressing, half full at most.
 */
final class BlockTable {
  /** What {@link #get} returns for a block that is not in the table. */
  static final long NONE = -1;

  private static final int INITIAL_CAPACITY = 64;

  private long[] blocks = filled(INITIAL_CAPACITY);
  private long[] values = new long[INITIAL_CAPACITY];
  private int size;

  private static long[] filled(int capacity) {
    long[] made = new long[capacity];
    Arrays.fill(made, NONE);
    return made;
  }

  /**
   * A block's value, or {@link #NONE}.
   *
   * @param block 0 or more
   */
  long get(long block) {
    int at = find(block);
    return blocks[at] == block ? values[at] : NONE;
  }

  /**
   * Sets a block's value.
   *
   * @param block 0 or more
   * @param value not {@link #NONE}
   */
  void put(long block, long value) {
    int at = find(block);
    if (blocks[at] != block) {
      if (2 * (size + 1) > blocks.length) {
        grow();
        at = find(block);
      }
      blocks[at] = block;
      size++;
    }
    values[at] = value;
  }

  /** Where a block stands, or would. */
  private int find(long block) {
    int mask = blocks.length - 1;
    int at = (int) ((block * 0x9e37_79b9_7f4a_7c15L) >>> Integer.SIZE) & mask;
    while (blocks[at] != block && blocks[at] != NONE) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    long[] oldBlocks = blocks;
    long[] oldValues = values;
    blocks = filled(oldBlocks.length * 2);
    values = new long[blocks.length];
    for (int i = 0; i < oldBlocks.length; i++) {
      if (oldBlocks[i] != NONE) {
        int at = find(oldBlocks[i]);
        blocks[at] = oldBlocks[i];
        values[at] = oldValues[i];
      }
    }
  }

  /** How many blocks have a value. */
  int size() {
    return size;
  }

  /** The blocks that have a value, ascending. */
  long[] sortedBlocks() {
    return Arrays.stream(blocks).filter(block -> block != NONE).sorted().toArray();
  }
}
