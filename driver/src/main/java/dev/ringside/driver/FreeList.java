package dev.ringside.driver;

import java.util.BitSet;

/**
 * Numbers that are free, handed out in the order in which they came back. The first in is the first
 * out, so that consecutive requests use consecutive memory, which the processor's prefetcher sees
 * coming; the last in first out would turn the order around with every batch.
 */
final class FreeList {
  private final int[] numbers;
  private final int mask;
  private int head;
  private int size;

  /** The numbers from 0 to {@code count - 1}, all free; {@code count} is a power of two. */
  FreeList(int count) {
    numbers = new int[count];
    mask = count - 1;
    size = count;
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
  }

  /** How many are free. */
  int size() {
    return size;
  }

  /** Takes one; there must be one. */
  int take() {
    int number = numbers[head & mask];
    head++;
    size--;
    return number;
  }

  /** Those that are free, as a set. */
  BitSet members() {
    BitSet members = new BitSet(numbers.length);
    for (int i = 0; i < size; i++) {
      members.set(numbers[(head + i) & mask]);
    }
    return members;
  }

  /** Gives one back. */
  void give(int number) {
    numbers[(head + size) & mask] = number;
    size++;
  }
}
