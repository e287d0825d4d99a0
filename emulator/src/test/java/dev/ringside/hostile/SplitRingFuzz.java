package dev.ringside.hostile;

/** A split ring out of arbitrary bytes. */
public final class SplitRingFuzz {
  private SplitRingFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    RingFuzz.run(Combination.SPLIT_MMIO, bytes);
  }
}
