package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;

/**
 * CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, bits reflected and not inverted at the end: the
 * checksum of group descriptors on filesystems with {@code uninit_bg}.
 */
final class Crc16 {
  static final int INITIAL = 0xffff;

  private static final int POLYNOMIAL = 0xa001;
  private static final int[] TABLE = new int[256];

  static {
    for (int index = 0; index < TABLE.length; index++) {
      int register = index;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        register = (register & 1) != 0 ? register >>> 1 ^ POLYNOMIAL : register >>> 1;
      }
      TABLE[index] = register;
    }
  }

  private Crc16() {}

  /** Continues from {@code crc} over a range of bytes. */
  static int add(int crc, MemorySegment segment, long offset, long length) {
    int register = crc;
    for (long i = offset; i < offset + length; i++) {
      register = addByte(register, LittleEndian.u8(segment, i));
    }
    return register;
  }

  /** Continues from {@code crc} over four bytes, little-endian. */
  static int addBits32(int crc, int value) {
    int register = crc;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      register = addByte(register, value >>> shift & 0xff);
    }
    return register;
  }

  private static int addByte(int register, int value) {
    return register >>> 8 ^ TABLE[(register ^ value) & 0xff];
  }
}
