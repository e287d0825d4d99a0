package dev.ringside.storage;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory of one request: pieces of a segment, in the order of the data. An object serves one
 * request after the other without allocation.
 */
public final class IoVector {
  private static final int INITIAL_CAPACITY = 8;

  private final MemorySegment memory;
  private long[] offsets = new long[INITIAL_CAPACITY];
  private long[] lengths = new long[INITIAL_CAPACITY];
  private int count;
  private long bytes;

  /** A vector without pieces. */
  public IoVector(MemorySegment memory) {
    this.memory = memory;
  }

  /** Takes all pieces away. */
  public void clear() {
    count = 0;
    bytes = 0;
  }

  /**
   * Adds a piece at the end.
   *
   * @param offset into {@link #memory}
   * @param length in bytes; a piece of 0 bytes is left out
   */
  public void add(long offset, long length) {
    if (length == 0) {
      return;
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    bytes += length;
  }

  /** What the pieces are pieces of. */
  public MemorySegment memory() {
    return memory;
  }

  /** How many pieces there are. */
  public int count() {
    return count;
  }

  /** Where a piece begins in {@link #memory}. */
  public long offset(int index) {
    return offsets[index];
  }

  /** Length of a piece in bytes. */
  public long length(int index) {
    return lengths[index];
  }

  /** Length of all pieces in bytes. */
  public long bytes() {
    return bytes;
  }
}
