package dev.ringside.driver;

import java.util.BitSet;

/**
 * Numbers that are free, handed out in the order in which they came back. The first in is the first
 * out, so that consecutive requests use consecutive memory, which the processor's prefetcher sees
 * coming; the last in first out would turn the order around with every batch. A device that
 * completes in order makes the order of the numbers that of the ring.
 */
final class FreeList {
  private final int[] numbers;
  private int head;
  private int tail;
  private int size;

  /** The numbers from 0 to {@code count - 1}, all free. */
  FreeList(int count) {
    numbers = new int[count];
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
    int number = numbers[head];
    head = head + 1 == numbers.length ? 0 : head + 1;
    size--;
    return number;
  }

  /** Those that are free, as a set. */
  BitSet members() {
    BitSet members = new BitSet(numbers.length);
    for (int i = 0; i < size; i++) {
      members.set(numbers[(head + i) % numbers.length]);
    }
    return members;
  }

  /** Gives one back. */
  void give(int number) {
    numbers[tail] = number;
    tail = tail + 1 == numbers.length ? 0 : tail + 1;
    size++;
  }
}
