package dev.ringside.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Bins for the sizes of batches: one for each size up to 16, then for each doubling.
 *
 * @param names of the bins: {@code 16}, {@code 17–32}
 */
record BatchBins(List<String> names) {
  private static final int SINGLE = 16;

  BatchBins {
    names = List.copyOf(names);
  }

  /** Bins for sizes from 1 to a largest one. */
  static BatchBins upTo(int largest) {
    List<String> names = new ArrayList<>();
    for (int bin = 0; bin <= binOf(largest); bin++) {
      long from = start(bin);
      long to = start(bin + 1) - 1;
      names.add(from == to ? Long.toString(from) : from + "–" + to);
    }
    return new BatchBins(names);
  }

  /** The largest size that occurs; 0 when none does. */
  static int largest(List<Map<Integer, Long>> tallies) {
    return tallies.stream()
        .flatMap(tally -> tally.keySet().stream())
        .mapToInt(size -> size)
        .max()
        .orElse(0);
  }

  /** What share of all batches each bin has, 0 when there is none. */
  List<Double> shares(List<Map<Integer, Long>> tallies) {
    double[] counts = new double[names.size()];
    double all = 0;
    for (Map<Integer, Long> tally : tallies) {
      for (Map.Entry<Integer, Long> one : tally.entrySet()) {
        counts[binOf(one.getKey())] += one.getValue();
        all += one.getValue();
      }
    }
    double sum = all;
    return Arrays.stream(counts).mapToObj(count -> sum == 0 ? 0 : count / sum).toList();
  }

  private static int binOf(int size) {
    if (size <= SINGLE) {
      return Math.max(0, size - 1);
    }
    return SINGLE + Integer.SIZE - 1 - Integer.numberOfLeadingZeros((size - 1) / SINGLE);
  }

  private static long start(int bin) {
    return bin < SINGLE ? bin + 1L : ((long) SINGLE << (bin - SINGLE)) + 1;
  }
}
