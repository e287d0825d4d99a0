package dev.ringside.lab.bench.files;

/** What the value of a figure counts. */
public enum Unit {
  /** More is better. */
  BYTES_PER_SECOND,
  /** For each operation; less is better. */
  NANOSECONDS
}
