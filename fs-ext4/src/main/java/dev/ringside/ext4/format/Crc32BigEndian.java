package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * CRC-32 with the highest bit first, from all ones and not inverted at the end: the journal's first
 * kind of checksum. The JDK has only the one with the lowest bit first.
 */
public final class Crc32BigEndian {
  private static final int POLYNOMIAL = 0x04c1_1db7;
  private static final int[] TABLE = new int[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      int register = i << (Integer.SIZE - Byte.SIZE);
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        register = register < 0 ? (register << 1) ^ POLYNOMIAL : register << 1;
      }
      TABLE[i] = register;
    }
  }

  private int register = ~0;

  /** Starts anew. */
  public void reset() {
    register = ~0;
  }

  /** Adds a block. */
  public void add(MemorySegment block) {
    int crc = register;
    for (long i = 0; i < block.byteSize(); i++) {
      int next = block.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      crc = (crc << Byte.SIZE) ^ TABLE[(crc >>> (Integer.SIZE - Byte.SIZE)) ^ next];
    }
    register = crc;
  }

  int value() {
    return register;
  }
}
