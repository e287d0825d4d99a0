package dev.ringside.lab.bench.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What repetitions of one measure came to. */
public final class Samples {
  private static final double TAIL = 0.99;

  /** Nothing. */
  public static final Samples NONE = new Samples();

  private final List<Double> values = new ArrayList<>();

  /** Adds one. */
  public void add(double value) {
    values.add(value);
    Collections.sort(values);
  }

  /** Whether nothing was measured. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** The middle one. */
  public double median() {
    int middle = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(middle)
        : (values.get(middle - 1) + values.get(middle)) / 2;
  }

  /**
   * The bad end: what 99 of 100 are no worse than, which with few repetitions is the worst.
   *
   * @param unit says which end is bad
   */
  public double tail(Unit unit) {
    int rank = (int) Math.ceil(TAIL * values.size());
    return switch (unit) {
      case NANOSECONDS -> values.get(rank - 1);
      case BYTES_PER_SECOND -> values.get(values.size() - rank);
    };
  }
}
