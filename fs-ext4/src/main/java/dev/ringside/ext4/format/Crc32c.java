package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * CRC-32C as ext4 uses it: it starts from a seed of the caller's choice and is not inverted at the
 * end.
 *
 * <p>The JDK's {@link CRC32C} is far faster than a table, but always starts from all ones and
 * always inverts. Four bytes chosen so that they take the register from all ones to the seed go in
 * first; the inversion is undone after.
 *
 * <p>An object serves any number of computations, one after the other.
 */
final class Crc32c {
  /** The seed where the format names none. */
  static final int INITIAL = ~0;

  /** Castagnoli's polynomial, bits reflected. */
  private static final int POLYNOMIAL = 0x82f6_3b78;

  private final CRC32C crc = new CRC32C();

  /** Starts anew. */
  Crc32c start(int seed) {
    crc.reset();
    return addBits32(prefixFor(seed));
  }

  /**
   * The four little-endian bytes that take the register from all ones to {@code seed}. A register
   * absorbs four bytes by xor and 32 shifts, so the shifts are undone first.
   */
  private static int prefixFor(int seed) {
    int register = seed;
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      // The polynomial's top bit is set and a shift brings in a zero: the top bit tells whether the
      // polynomial was added.
      register = register < 0 ? ((register ^ POLYNOMIAL) << 1) | 1 : register << 1;
    }
    return ~register;
  }

  /** Adds a range of bytes. */
  Crc32c add(MemorySegment segment, long offset, long length) {
    if (segment.heapBase().orElse(null) instanceof byte[] array) {
      // An inode's own bytes, in four pieces: without a slice and a buffer for each.
      Objects.checkFromToIndex(offset, offset + length, segment.byteSize());
      crc.update(array, Math.toIntExact(segment.address() + offset), Math.toIntExact(length));
    } else {
      crc.update(segment.asSlice(offset, length).asByteBuffer());
    }
    return this;
  }

  /** Adds four bytes, little-endian. */
  Crc32c addBits32(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      crc.update(value >>> shift & 0xff);
    }
    return this;
  }

  /** Adds zero bytes, in place of a field that the checksum leaves out. */
  Crc32c addZeros(int count) {
    for (int i = 0; i < count; i++) {
      crc.update(0);
    }
    return this;
  }

  int value() {
    return ~(int) crc.getValue();
  }
}
