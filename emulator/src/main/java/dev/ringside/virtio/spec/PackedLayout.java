package dev.ringside.virtio.spec;

/**
 * The packed virtqueue's three areas (virtio 1.4, section 2.8). All fields are little-endian;
 * {@code n} is the queue size, any number of at most {@link #MAX_QUEUE_SIZE}.
 *
 * <pre>
 * descriptor ring, 16 n bytes, aligned to 16: both sides write    (section 2.8.13)
 *   0        8      12     14      16
 *   | addr   | len  | id   | flags |   n times
 *
 * event suppression, 4 bytes, aligned to 4; the driver writes one for its interrupts, the device one
 * for its notifications                                           (section 2.8.14)
 *   0                   2       4
 *   | off:15 | wrap:1   | flags |
 * </pre>
 *
 * <p>A place in the ring is counted as a <em>cursor</em>: modulo {@code 2 n}, so that it tells one
 * lap from the next. The wrap counter of section 2.8.1 is 1 in the cursor's first {@code n} values
 * and 0 in the others.
 */
public final class PackedLayout {
  /** Largest queue size (section 2.8). */
  public static final int MAX_QUEUE_SIZE = 32768;

  public static final int DESCRIPTOR_SIZE = 16;
  public static final int DESCRIPTOR_ADDR = 0;

  /** {@code len}, {@code id} and {@code flags} as one 64-bit word: see {@link #descriptorWord}. */
  public static final int DESCRIPTOR_LEN_ID_FLAGS = 8;

  /** The list continues in the next descriptor of the ring. */
  public static final int DESC_F_NEXT = 1;

  /**
   * The device writes to the buffer; without it, it reads. In a used descriptor: it has written.
   */
  public static final int DESC_F_WRITE = 2;

  /** The buffer holds a table of descriptors (section 2.8.7). */
  public static final int DESC_F_INDIRECT = 4;

  /** With {@link #DESC_F_USED} the state of a descriptor (section 2.8.1). */
  public static final int DESC_F_AVAIL = 1 << 7;

  public static final int DESC_F_USED = 1 << 15;

  public static final int DESCRIPTOR_RING_ALIGNMENT = 16;
  public static final int EVENT_ALIGNMENT = 4;

  /** Bytes of an event suppression structure. */
  public static final int EVENT_SIZE = 4;

  /** Notify always (section 2.8.10). */
  public static final int EVENT_ENABLE = 0;

  /** Never notify. */
  public static final int EVENT_DISABLE = 1;

  /** Notify for one descriptor; only with EVENT_IDX. */
  public static final int EVENT_DESC = 2;

  private static final int OFFSET_MASK = 0x7fff;
  private static final int WRAP = 1 << 15;

  private PackedLayout() {}

  /** Bytes of a descriptor ring of {@code size} entries. */
  public static long descriptorRingBytes(int size) {
    return (long) DESCRIPTOR_SIZE * size;
  }

  /** The second half of a descriptor: length in the low 32 bits, then id, then flags. */
  public static long descriptorWord(int length, int id, int flags) {
    return (length & 0xffff_ffffL) | ((long) id << 32) | ((long) flags << 48);
  }

  /** The length in a {@link #descriptorWord}, unsigned. */
  public static long length(long word) {
    return word & 0xffff_ffffL;
  }

  /** The buffer id in a {@link #descriptorWord}. */
  public static int id(long word) {
    return (int) (word >>> 32) & 0xffff;
  }

  /** The flags in a {@link #descriptorWord}. */
  public static int descriptorFlags(long word) {
    return (int) (word >>> 48);
  }

  /** The flags of an available descriptor at a cursor: AVAIL as the wrap counter, USED not. */
  public static int availableFlags(int cursor, int size) {
    return cursor < size ? DESC_F_AVAIL : DESC_F_USED;
  }

  /** The flags of a used descriptor at a cursor: both as the wrap counter. */
  public static int usedFlags(int cursor, int size) {
    return cursor < size ? DESC_F_AVAIL | DESC_F_USED : 0;
  }

  /** Whether a descriptor with these flags is available at a cursor. */
  public static boolean isAvailable(int flags, int cursor, int size) {
    return (flags & (DESC_F_AVAIL | DESC_F_USED)) == availableFlags(cursor, size);
  }

  /** Whether a descriptor with these flags is used at a cursor. */
  public static boolean isUsed(int flags, int cursor, int size) {
    return (flags & (DESC_F_AVAIL | DESC_F_USED)) == usedFlags(cursor, size);
  }

  /** The descriptor at a cursor. */
  public static int index(int cursor, int size) {
    return cursor < size ? cursor : cursor - size;
  }

  /** A cursor moved on by at most {@code size} descriptors. */
  public static int advance(int cursor, int descriptors, int size) {
    int next = cursor + descriptors;
    return next < 2 * size ? next : next - 2 * size;
  }

  /** A cursor as {@code off} and {@code wrap} of an event or a notification. */
  public static int offsetWrap(int cursor, int size) {
    return cursor < size ? cursor | WRAP : cursor - size;
  }

  /** An event suppression structure: {@code off} and {@code wrap} below, flags above. */
  public static int event(int flags, int offsetWrap) {
    return flags << 16 | offsetWrap;
  }

  /** The offset in an event suppression structure. */
  public static int eventOffset(int event) {
    return event & OFFSET_MASK;
  }

  /** The wrap counter in an event suppression structure: 0 or 1. */
  public static int eventWrap(int event) {
    return (event & WRAP) != 0 ? 1 : 0;
  }

  /**
   * Whether the other side wants to hear that descriptors from one cursor up to another became
   * available or used (section 2.8.10). What makes no sense, reserved flags or an offset outside
   * the ring, counts as a wish for every notification.
   *
   * @param event the other side's event suppression structure
   * @param eventIndex whether EVENT_IDX was agreed on
   */
  public static boolean wantsEvent(
      int event, boolean eventIndex, int newCursor, int oldCursor, int size) {
    int flags = event >>> 16;
    if (flags == EVENT_DISABLE) {
      return false;
    }
    int offset = eventOffset(event);
    if (flags != EVENT_DESC || !eventIndex || offset >= size) {
      return true;
    }
    int wanted = (event & WRAP) != 0 ? offset : offset + size;
    return distance(wanted + 1, newCursor, size) < distance(oldCursor, newCursor, size);
  }

  private static int distance(int from, int to, int size) {
    return Math.floorMod(to - from, 2 * size);
  }
}
