package dev.ringside.driver;

/**
 * How often each small number occurred: the requests of a kick, the completions of an interrupt.
 * Numbers above the largest count as the largest.
 */
public final class Tally {
  private final long[] occurrences;
  private long count;
  private long sum;

  Tally(int largest) {
    occurrences = new long[largest + 1];
  }

  void add(int number) {
    occurrences[Math.min(number, occurrences.length - 1)]++;
    count++;
    sum += number;
  }

  /** How many numbers were counted. */
  public long count() {
    return count;
  }

  /** Their sum. */
  public long sum() {
    return sum;
  }

  /** Their mean; 0 when there are none. */
  public double mean() {
    return count == 0 ? 0 : (double) sum / count;
  }

  /** How often a number occurred. */
  public long occurrences(int number) {
    return number < occurrences.length ? occurrences[number] : 0;
  }

  /** The largest number that can occur. */
  public int largest() {
    return occurrences.length - 1;
  }
}
