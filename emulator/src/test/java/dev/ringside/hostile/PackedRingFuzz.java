package dev.ringside.hostile;

/** A packed ring out of arbitrary bytes. */
public final class PackedRingFuzz {
  private PackedRingFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    RingFuzz.run(Combination.PACKED_MMIO, bytes);
  }
}
