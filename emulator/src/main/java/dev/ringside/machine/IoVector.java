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

  /** Pairs of an offset and a length. */
  private long[] pieces = new long[2 * INITIAL_CAPACITY];

  /** Where the first piece stands in {@link #pieces}; those before it have been cut off. */
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
   * Makes this a view of pieces that somebody else keeps. They may be changed by cutting.
   *
   * @param pairs an offset and a length for each piece, no length zero
   * @param from index of the first pair's offset
   * @param to index behind the last pair
   * @param length of all of them in bytes
   */
  public void view(long[] pairs, int from, int to, long length) {
    if (pieces != pairs) {
      pieces = pairs;
    }
    first = from;
    end = to;
    bytes = length;
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
    if (end == pieces.length) {
      pieces = Arrays.copyOf(pieces, end * 2);
    }
    pieces[end] = offset;
    pieces[end + 1] = length;
    end += 2;
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
    while (left > 0 && left >= pieces[first + 1]) {
      left -= pieces[first + 1];
      first += 2;
    }
    if (left > 0) {
      pieces[first] += left;
      pieces[first + 1] -= left;
    }
  }

  /**
   * Cuts bytes off the front when they lie in one piece.
   *
   * @param length positive
   * @return where they begin in {@link #memory}, or -1 when they do not; then nothing is cut off
   */
  public long takeFirst(long length) {
    if (first == end || pieces[first + 1] < length) {
      return -1;
    }
    long at = pieces[first];
    if (pieces[first + 1] == length) {
      first += 2;
    } else {
      pieces[first] += length;
      pieces[first + 1] -= length;
    }
    bytes -= length;
    return at;
  }

  /**
   * Cuts bytes off the end.
   *
   * @param length at most {@link #bytes}
   */
  public void dropLast(long length) {
    bytes -= length;
    long left = length;
    while (left > 0 && left >= pieces[end - 1]) {
      end -= 2;
      left -= pieces[end + 1];
    }
    if (left > 0) {
      pieces[end - 1] -= left;
    }
  }

  /**
   * Cuts the last byte off; there must be one.
   *
   * @return where it is in {@link #memory}
   */
  public long takeLastByte() {
    long at = pieces[end - 2] + pieces[end - 1] - 1;
    if (pieces[end - 1] == 1) {
      end -= 2;
    } else {
      pieces[end - 1]--;
    }
    bytes--;
    return at;
  }

  /** Copies the first bytes out, to where they are contiguous: as many as there are and fit. */
  public void copyTo(MemorySegment target) {
    long at = 0;
    for (int i = first; i < end && at < target.byteSize(); i += 2) {
      long length = Math.min(pieces[i + 1], target.byteSize() - at);
      MemorySegment.copy(memory, pieces[i], target, at, length);
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
    for (int i = first; i < end && at < source.byteSize(); i += 2) {
      long length = Math.min(pieces[i + 1], source.byteSize() - at);
      MemorySegment.copy(source, at, memory, pieces[i], length);
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
    return (end - first) / 2;
  }

  /** Where a piece begins in {@link #memory}. */
  public long offset(int index) {
    return pieces[first + 2 * index];
  }

  /** Length of a piece in bytes. */
  public long length(int index) {
    return pieces[first + 2 * index + 1];
  }

  /** Length of all pieces in bytes. */
  public long bytes() {
    return bytes;
  }
}
