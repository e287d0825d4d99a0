package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Little-endian, unsigned, unaligned fields of a segment; every access is checked by it. */
final class LittleEndian {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static int u8(MemorySegment segment, long offset) {
    return segment.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }

  static int u16(MemorySegment segment, long offset) {
    return segment.get(U16, offset) & 0xffff;
  }

  /** Four bytes as they stand, for bit sets, checksums and signed values. */
  static int bits32(MemorySegment segment, long offset) {
    return segment.get(U32, offset);
  }

  static long u32(MemorySegment segment, long offset) {
    return Integer.toUnsignedLong(segment.get(U32, offset));
  }

  /** Eight bytes as they stand. */
  static long bits64(MemorySegment segment, long offset) {
    return segment.get(U64, offset);
  }

  static void putU8(MemorySegment segment, long offset, int value) {
    segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  /** Writes the low 16 bits. */
  static void putU16(MemorySegment segment, long offset, int value) {
    segment.set(U16, offset, (short) value);
  }

  /** Writes the low 32 bits. */
  static void putU32(MemorySegment segment, long offset, long value) {
    segment.set(U32, offset, (int) value);
  }

  /** Writes eight bytes. */
  static void put64(MemorySegment segment, long offset, long value) {
    segment.set(U64, offset, value);
  }
}
