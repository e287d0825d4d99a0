package dev.ringside.virtio.spec;

/**
 * The memory in which a vhost-user backend notes what it has taken from a ring and not given back,
 * so that the next one can go on (vhost-user, "Inflight I/O tracking"). The frontend keeps it and
 * does not look inside. A region for each queue, at whatever distance the backend chose.
 *
 * <pre>
 * split ring
 *   0  u64 features      8  u16 version     10 u16 descriptors
 *   12 u16 last_batch_head                  14 u16 used_idx
 *   16 for each descriptor: 0 u8 inflight   1 padding[5]   6 u16 next   8 u64 counter      16
 *
 * packed ring
 *   0  u64 features      8  u16 version     10 u16 descriptors
 *   12 u16 free_head     14 u16 old_free_head
 *   16 u16 used_idx      18 u16 old_used_idx
 *   20 u8 used_wrap_counter                 21 u8 old_used_wrap_counter    22 padding[7]
 *   32 for each descriptor: 0 u8 inflight   1 padding      2 u16 next   4 u16 last   6 u16 num
 *                           8 u64 counter   16 u16 id      18 u16 flags 20 u32 len
 *                           24 u64 addr                                                    32
 * </pre>
 */
public final class VhostUserInflight {
  /** The only version of either layout; 0 is a region that was never used. */
  public static final int VERSION = 1;

  public static final int FEATURES = 0;
  public static final int VERSION_FIELD = 8;
  public static final int DESCRIPTORS = 10;

  public static final int SPLIT_LAST_BATCH_HEAD = 12;
  public static final int SPLIT_USED_INDEX = 14;
  public static final int SPLIT_HEADER_SIZE = 16;
  public static final int SPLIT_ENTRY_SIZE = 16;
  public static final int SPLIT_ENTRY_INFLIGHT = 0;
  public static final int SPLIT_ENTRY_NEXT = 6;
  public static final int SPLIT_ENTRY_COUNTER = 8;

  public static final int PACKED_FREE_HEAD = 12;
  public static final int PACKED_OLD_FREE_HEAD = 14;
  public static final int PACKED_USED_INDEX = 16;
  public static final int PACKED_OLD_USED_INDEX = 18;
  public static final int PACKED_USED_WRAP = 20;
  public static final int PACKED_OLD_USED_WRAP = 21;
  public static final int PACKED_HEADER_SIZE = 32;
  public static final int PACKED_ENTRY_SIZE = 32;
  public static final int PACKED_ENTRY_INFLIGHT = 0;
  public static final int PACKED_ENTRY_NEXT = 2;
  public static final int PACKED_ENTRY_LAST = 4;
  public static final int PACKED_ENTRY_NUM = 6;
  public static final int PACKED_ENTRY_COUNTER = 8;
  public static final int PACKED_ENTRY_ID = 16;
  public static final int PACKED_ENTRY_FLAGS = 18;
  public static final int PACKED_ENTRY_LEN = 20;
  public static final int PACKED_ENTRY_ADDR = 24;

  private VhostUserInflight() {}

  /** Bytes of a split ring's region. */
  public static long splitBytes(int descriptors) {
    return SPLIT_HEADER_SIZE + (long) SPLIT_ENTRY_SIZE * descriptors;
  }

  /** Bytes of a packed ring's region. */
  public static long packedBytes(int descriptors) {
    return PACKED_HEADER_SIZE + (long) PACKED_ENTRY_SIZE * descriptors;
  }
}
