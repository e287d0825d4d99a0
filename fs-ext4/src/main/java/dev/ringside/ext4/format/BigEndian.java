package dev.ringside.ext4.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Big-endian, unsigned, unaligned fields of a segment: the journal's. */
final class BigEndian {
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static int u16(MemorySegment segment, long offset) {
    return segment.get(U16, offset) & 0xffff;
  }

  /** Four bytes as they stand, for bit sets, checksums and sequence numbers. */
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

  /** Writes the low 16 bits. */
  static void setBits16(MemorySegment segment, long offset, int value) {
    segment.set(U16, offset, (short) value);
  }

  static void setBits64(MemorySegment segment, long offset, long value) {
    segment.set(U64, offset, value);
  }

  static void setBits32(MemorySegment segment, long offset, int value) {
    segment.set(U32, offset, value);
  }
}
