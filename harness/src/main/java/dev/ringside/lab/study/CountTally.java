package dev.ringside.lab.study;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** How often each number occurred. */
final class CountTally {
  private static final int INITIAL = 64;

  private long[] occurrences = new long[INITIAL];
  private long count;
  private long sum;

  void add(long number) {
    int index = Math.toIntExact(number);
    if (index >= occurrences.length) {
      occurrences = Arrays.copyOf(occurrences, Math.max(index + 1, 2 * occurrences.length));
    }
    occurrences[index]++;
    count++;
    sum += number;
  }

  long count() {
    return count;
  }

  /** NaN when nothing occurred. */
  double mean() {
    return (double) sum / count;
  }

  SortedMap<Integer, Long> occurrences() {
    SortedMap<Integer, Long> all = new TreeMap<>();
    for (int i = 0; i < occurrences.length; i++) {
      if (occurrences[i] > 0) {
        all.put(i, occurrences[i]);
      }
    }
    return all;
  }
}
