package dev.ringside.lab.report;

import java.util.ArrayList;
import java.util.List;

/**
 * As many of something as a picture can hold.
 *
 * @param chosen in their order
 * @param of how many there are
 */
record Selection<T>(List<T> chosen, int of) {
  /** The first ones. */
  static <T> Selection<T> first(List<T> all, int most) {
    return new Selection<>(List.copyOf(all.subList(0, Math.min(most, all.size()))), all.size());
  }

  /** Some at even distances, the first and the last among them. */
  static <T> Selection<T> spread(List<T> all, int most) {
    if (all.size() <= most) {
      return new Selection<>(List.copyOf(all), all.size());
    }
    List<T> chosen = new ArrayList<>(most);
    for (int i = 0; i < most; i++) {
      chosen.add(all.get((int) ((long) i * (all.size() - 1) / (most - 1))));
    }
    return new Selection<>(List.copyOf(chosen), all.size());
  }

  /** What is left out, a sentence; empty when nothing is. */
  String omission(String ofWhat, String which) {
    return chosen.size() == of
        ? ""
        : "%d of %d %s are drawn, %s.".formatted(chosen.size(), of, ofWhat, which);
  }
}
