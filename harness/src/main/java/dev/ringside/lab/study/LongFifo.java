package dev.ringside.lab.study;

import java.util.Arrays;

/** A queue of numbers that grows as it must, and allocates only then. */
final class LongFifo {
  private static final int INITIAL = 64;

  private long[] values = new long[INITIAL];
  private int first;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long value) {
    if (size == values.length) {
      long[] larger = Arrays.copyOf(values, 2 * size);
      // What wrapped around goes behind what did not.
      System.arraycopy(values, 0, larger, size, first);
      values = larger;
    }
    values[(first + size) & (values.length - 1)] = value;
    size++;
  }

  /** The oldest number, which stays; there must be one. */
  long first() {
    if (size == 0) {
      throw new IllegalStateException("nothing waits");
    }
    return values[first];
  }

  /** The oldest number, which leaves; there must be one. */
  long take() {
    if (size == 0) {
      throw new IllegalStateException("nothing waits");
    }
    long value = values[first];
    first = (first + 1) & (values.length - 1);
    size--;
    return value;
  }

  void clear() {
    first = 0;
    size = 0;
  }
}
