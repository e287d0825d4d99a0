package dev.ringside.virtio.spec;

/**
 * The split virtqueue's three areas (virtio 1.4, section 2.7). All fields are little-endian; {@code
 * n} is the queue size, a power of two of at most {@link #MAX_QUEUE_SIZE}.
 *
 * <pre>
 * descriptor table, 16 n bytes, aligned to 16            (section 2.7.5)
 *   0        8      12      14     16
 *   | addr   | len  | flags | next |   n times
 *
 * available ring, 6 + 2 n bytes, aligned to 2: the driver writes   (section 2.7.6)
 *   0       2     4                4 + 2 n
 *   | flags | idx | ring[n] of u16 | used_event |
 *
 * used ring, 6 + 8 n bytes, aligned to 4: the device writes        (section 2.7.8)
 *   0       2     4                             4 + 8 n
 *   | flags | idx | ring[n] of { u32 id, u32 len } | avail_event |
 * </pre>
 */
public final class SplitLayout {
  /** Largest queue size (section 2.7). */
  public static final int MAX_QUEUE_SIZE = 32768;

  public static final int DESCRIPTOR_SIZE = 16;
  public static final int DESCRIPTOR_ADDR = 0;

  /**
   * {@code len}, {@code flags} and {@code next} together, as one 64-bit word: see {@link
   * #descriptorWord}.
   */
  public static final int DESCRIPTOR_LEN_FLAGS_NEXT = 8;

  /** The chain continues at {@code next}. */
  public static final int DESC_F_NEXT = 1;

  /** The device writes to the buffer; without it, it reads. */
  public static final int DESC_F_WRITE = 2;

  /** The buffer holds a table of descriptors (section 2.7.5.3). */
  public static final int DESC_F_INDIRECT = 4;

  public static final int AVAIL_FLAGS = 0;
  public static final int AVAIL_IDX = 2;
  public static final int AVAIL_RING = 4;

  /** The driver does not want interrupts; unreliable, and unused with EVENT_IDX (section 2.7.7). */
  public static final int AVAIL_F_NO_INTERRUPT = 1;

  public static final int USED_FLAGS = 0;
  public static final int USED_IDX = 2;
  public static final int USED_RING = 4;
  public static final int USED_ELEMENT_SIZE = 8;

  /** The device does not want notifications; unused with EVENT_IDX (section 2.7.10). */
  public static final int USED_F_NO_NOTIFY = 1;

  public static final int DESCRIPTOR_TABLE_ALIGNMENT = 16;
  public static final int AVAILABLE_RING_ALIGNMENT = 2;
  public static final int USED_RING_ALIGNMENT = 4;

  private SplitLayout() {}

  /** Bytes of a descriptor table of {@code size} entries. */
  public static long descriptorTableBytes(int size) {
    return (long) DESCRIPTOR_SIZE * size;
  }

  /** Bytes of an available ring with its {@code used_event}. */
  public static long availableRingBytes(int size) {
    return usedEventOffset(size) + Short.BYTES;
  }

  /** Bytes of a used ring with its {@code avail_event}. */
  public static long usedRingBytes(int size) {
    return availEventOffset(size) + Short.BYTES;
  }

  /** Where {@code used_event} stands in the available ring. */
  public static long usedEventOffset(int size) {
    return AVAIL_RING + (long) Short.BYTES * size;
  }

  /** Where {@code avail_event} stands in the used ring. */
  public static long availEventOffset(int size) {
    return USED_RING + (long) USED_ELEMENT_SIZE * size;
  }

  /**
   * Where the used ring begins in the one block that a legacy queue is (section 2.7.2): after the
   * descriptor table and the available ring, at the next multiple of the alignment.
   *
   * @param alignment a power of two
   */
  public static long legacyUsedRingOffset(int size, long alignment) {
    long end = descriptorTableBytes(size) + availableRingBytes(size);
    return (end + alignment - 1) & -alignment;
  }

  /** Bytes of a legacy queue (section 2.7.2). */
  public static long legacyBytes(int size, long alignment) {
    return legacyUsedRingOffset(size, alignment) + usedRingBytes(size);
  }

  /** The second half of a descriptor: length in the low 32 bits, then flags, then next. */
  public static long descriptorWord(int length, int flags, int next) {
    return (length & 0xffff_ffffL) | ((long) flags << 32) | ((long) next << 48);
  }

  /** The length in a {@link #descriptorWord}, unsigned. */
  public static long length(long word) {
    return word & 0xffff_ffffL;
  }

  /** The flags in a {@link #descriptorWord}. */
  public static int flags(long word) {
    return (int) (word >>> 32) & 0xffff;
  }

  /** The next index in a {@link #descriptorWord}. */
  public static int next(long word) {
    return (int) (word >>> 48);
  }

  /**
   * Whether moving an index from {@code oldIndex} to {@code newIndex} passes the other side's event
   * index, all modulo 2^16 (section 2.7.10.1):
   *
   * <pre>
   *   old ............ event ...... new        notify
   *   old ...... new ............. event       do not
   * </pre>
   */
  public static boolean passesEvent(int event, int newIndex, int oldIndex) {
    return ((newIndex - event - 1) & 0xffff) < ((newIndex - oldIndex) & 0xffff);
  }
}
