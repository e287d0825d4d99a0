package dev.ringside.ext4.hostile;

/** The checksums of the format, bit by bit: slow, short, and nobody else's. */
final class Crcs {
  private static final int CASTAGNOLI = 0x82f63b78;
  private static final int CRC16 = 0xa001;
  private static final int[] TABLE = table();

  private Crcs() {}

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int value = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        value = (value >>> 1) ^ ((value & 1) == 0 ? 0 : CASTAGNOLI);
      }
      table[i] = value;
    }
    return table;
  }

  /** Goes on from a value; nothing is inverted. */
  static int crc32c(int start, byte[] bytes, int offset, int length) {
    int value = start;
    for (int i = offset; i < offset + length; i++) {
      value = (value >>> Byte.SIZE) ^ TABLE[(value ^ bytes[i]) & 0xff];
    }
    return value;
  }

  static int crc32c(int start, int word) {
    byte[] bytes = new byte[Integer.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (word >>> (Byte.SIZE * i));
    }
    return crc32c(start, bytes, 0, bytes.length);
  }

  static int crc16(int start, byte[] bytes, int offset, int length) {
    int value = start;
    for (int i = offset; i < offset + length; i++) {
      value ^= bytes[i] & 0xff;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        value = (value >>> 1) ^ ((value & 1) == 0 ? 0 : CRC16);
      }
    }
    return value;
  }
}
