package dev.ringside.machine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Data that lies in several pieces of memory, in the order of the data. An object serves one
 * request after the other without allocation. What stands at either end of the data, a header or a
 * status byte, can be cut off in place.
 */
public final class IoVector {
  private static final int INITIAL_CAPACITY = 8;

  private final MemorySegment memory;
  private long[] offsets = new long[INITIAL_CAPACITY];
  private long[] lengths = new long[INITIAL_CAPACITY];

  /** Pieces before this one have been cut off. */
  private int first;

  private int end;
  private long bytes;

  /** A vector without pieces. */
  public IoVector(MemorySegment memory) {
    this.memory = memory;
  }

  /** Takes all pieces away. */
  public void clear() {
    first = 0;
    end = 0;
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
    if (end == offsets.length) {
      offsets = Arrays.copyOf(offsets, end * 2);
      lengths = Arrays.copyOf(lengths, end * 2);
    }
    offsets[end] = offset;
    lengths[end] = length;
    end++;
    bytes += length;
  }

  /**
   * Cuts bytes off the front.
   *
   * @param length at most {@link #bytes}
   */
  public void dropFirst(long length) {
    bytes -= length;
    long left = length;
    while (left > 0 && left >= lengths[first]) {
      left -= lengths[first];
      first++;
    }
    if (left > 0) {
      offsets[first] += left;
      lengths[first] -= left;
    }
  }

  /**
   * Cuts bytes off the end.
   *
   * @param length at most {@link #bytes}
   */
  public void dropLast(long length) {
    bytes -= length;
    long left = length;
    while (left > 0 && left >= lengths[end - 1]) {
      end--;
      left -= lengths[end];
    }
    if (left > 0) {
      lengths[end - 1] -= left;
    }
  }

  /** Copies the first bytes out, to where they are contiguous: as many as there are and fit. */
  public void copyTo(MemorySegment target) {
    long at = 0;
    for (int i = first; i < end && at < target.byteSize(); i++) {
      long length = Math.min(lengths[i], target.byteSize() - at);
      MemorySegment.copy(memory, offsets[i], target, at, length);
      at += length;
    }
  }

  /**
   * Copies contiguous bytes in, from the front: as many as there are and fit.
   *
   * @return how many that were
   */
  public long copyFrom(MemorySegment source) {
    long at = 0;
    for (int i = first; i < end && at < source.byteSize(); i++) {
      long length = Math.min(lengths[i], source.byteSize() - at);
      MemorySegment.copy(source, at, memory, offsets[i], length);
      at += length;
    }
    return at;
  }

  /** What the pieces are pieces of. */
  public MemorySegment memory() {
    return memory;
  }

  /** How many pieces there are. */
  public int count() {
    return end - first;
  }

  /** Where a piece begins in {@link #memory}. */
  public long offset(int index) {
    return offsets[first + index];
  }

  /** Length of a piece in bytes. */
  public long length(int index) {
    return lengths[first + index];
  }

  /** Length of all pieces in bytes. */
  public long bytes() {
    return bytes;
  }
}
