package dev.ringside.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Little-endian numbers in a segment, at any alignment; the ones with {@code Acquire} and {@code
 * Release} in their name need natural alignment. The segment checks its bounds at every access. For
 * structures whose place in memory was checked as a whole, such as a ring; {@link GuestMemory} has
 * the same accessors for guest-physical addresses.
 */
public final class LittleEndian {
  private static final VarHandle SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle ALIGNED_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle ALIGNED_INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final VarHandle ALIGNED_LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private LittleEndian() {}

  public static int getU16(MemorySegment segment, long offset) {
    return (short) SHORT.get(segment, offset) & 0xffff;
  }

  public static void setU16(MemorySegment segment, long offset, int value) {
    SHORT.set(segment, offset, (short) value);
  }

  /** The 32-bit value as it stands; {@code & 0xffff_ffffL} makes it unsigned. */
  public static int getU32(MemorySegment segment, long offset) {
    return (int) INT.get(segment, offset);
  }

  public static void setU32(MemorySegment segment, long offset, int value) {
    INT.set(segment, offset, value);
  }

  /** The 64-bit value as it stands. */
  public static long getU64(MemorySegment segment, long offset) {
    return (long) LONG.get(segment, offset);
  }

  public static void setU64(MemorySegment segment, long offset, long value) {
    LONG.set(segment, offset, value);
  }

  /** Reads a 16-bit index; later reads of this thread see what was written before its release. */
  public static int getU16Acquire(MemorySegment segment, long offset) {
    return (short) ALIGNED_SHORT.getAcquire(segment, offset) & 0xffff;
  }

  /** Publishes a 16-bit index: earlier writes of this thread are visible to whoever acquires it. */
  public static void setU16Release(MemorySegment segment, long offset, int value) {
    ALIGNED_SHORT.setRelease(segment, offset, (short) value);
  }

  /** Like {@link #getU16Acquire} for 32 bits. */
  public static int getU32Acquire(MemorySegment segment, long offset) {
    return (int) ALIGNED_INT.getAcquire(segment, offset);
  }

  /** Like {@link #setU16Release} for 32 bits. */
  public static void setU32Release(MemorySegment segment, long offset, int value) {
    ALIGNED_INT.setRelease(segment, offset, value);
  }

  /** Like {@link #getU16Acquire} for 64 bits. */
  public static long getU64Acquire(MemorySegment segment, long offset) {
    return (long) ALIGNED_LONG.getAcquire(segment, offset);
  }

  /** Like {@link #setU16Release} for 64 bits. */
  public static void setU64Release(MemorySegment segment, long offset, long value) {
    ALIGNED_LONG.setRelease(segment, offset, value);
  }
}
