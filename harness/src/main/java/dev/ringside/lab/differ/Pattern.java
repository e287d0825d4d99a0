package dev.ringside.lab.differ;

/** Content that can be made again from a number; no sector of it is like another. */
final class Pattern {
  private static final long STRIDE = 0x9e37_79b9_7f4a_7c15L;
  private static final long MIX = 0xbf58_476d_1ce4_e5b9L;

  private Pattern() {}

  static byte[] of(int length, int number) {
    byte[] content = new byte[length];
    long state = number * MIX;
    for (int i = 0; i < length; i += Long.BYTES) {
      state += STRIDE;
      long word = (state ^ (state >>> 30)) * MIX;
      for (int j = 0; j < Long.BYTES && i + j < length; j++) {
        content[i + j] = (byte) (word >>> (j * Byte.SIZE + 3));
      }
    }
    return content;
  }
}
