package dev.ringside.ext4.format;

import dev.ringside.ext4.error.Ext4CorruptedException;

/** The one way in which a wrong checksum is reported. */
final class ChecksumMismatch {
  private ChecksumMismatch() {}

  /** Throws unless the checksum that was found is the one that was computed. */
  static void check(String structure, int found, int computed) throws Ext4CorruptedException {
    if (found != computed) {
      throw new Ext4CorruptedException(structure, message(found, computed));
    }
  }

  /** The same for a structure that fills a block. */
  static void check(String structure, long block, int found, int computed)
      throws Ext4CorruptedException {
    if (found != computed) {
      throw new Ext4CorruptedException(structure, block, message(found, computed));
    }
  }

  private static String message(int found, int computed) {
    return "checksum 0x%x, computed 0x%x".formatted(found, computed);
  }
}
