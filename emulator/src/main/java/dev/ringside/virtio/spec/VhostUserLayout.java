package dev.ringside.virtio.spec;

/**
 * The messages of vhost-user (the protocol's own specification, "Message Specification"). All
 * fields are in the byte order of the machine that both sides run on. Offsets are those within the
 * payload, which follows the header.
 *
 * <pre>
 * header         0 u32 request     4 u32 flags      8 u32 size of the payload     12
 * u64            0 u64 value       8
 * vring state    0 u32 index       4 u32 num        8
 * vring address  0 u32 index       4 u32 flags      8 u64 descriptors   16 u64 used
 *                24 u64 available  32 u64 log       40
 * memory table   0 u32 regions     4 u32 padding    8 region, 32 bytes each
 * memory slot    0 u64 padding     8 region         40
 * region         0 u64 guest address  8 u64 size    16 u64 user address  24 u64 file offset
 * config         0 u32 offset      4 u32 size       8 u32 flags    12 bytes of the space
 * inflight       0 u64 map size    8 u64 map offset 16 u16 queues  18 u16 queue size   20 or 24
 * log            0 u64 size        8 u64 offset     16
 * </pre>
 */
public final class VhostUserLayout {
  /** Virtio feature bit that vhost-user reserves: there are protocol features. */
  public static final long F_PROTOCOL_FEATURES = 1L << 30;

  /** Virtio feature bit that vhost-user reserves: the backend logs all writes. */
  public static final long F_LOG_ALL = 1L << 26;

  public static final int REQUEST = 0;
  public static final int FLAGS = 4;
  public static final int SIZE = 8;
  public static final int HEADER_SIZE = 12;

  /** The bits of the flags that hold the version. */
  public static final int FLAG_VERSION_MASK = 0x3;

  /** The only version. */
  public static final int VERSION = 1;

  /** This message answers another one. */
  public static final int FLAG_REPLY = 0x4;

  /** The sender waits for an answer; needs REPLY_ACK. */
  public static final int FLAG_NEED_REPLY = 0x8;

  /** The largest payload of any message that is exchanged here, in bytes. */
  public static final int MAX_PAYLOAD = 4096;

  public static final int U64_SIZE = 8;

  public static final int STATE_INDEX = 0;
  public static final int STATE_NUM = 4;
  public static final int STATE_SIZE = 8;

  public static final int ADDRESS_INDEX = 0;
  public static final int ADDRESS_FLAGS = 4;
  public static final int ADDRESS_DESCRIPTORS = 8;
  public static final int ADDRESS_USED = 16;
  public static final int ADDRESS_AVAILABLE = 24;
  public static final int ADDRESS_LOG = 32;
  public static final int ADDRESS_SIZE = 40;

  /** Flag of a vring address: writes to the used ring are logged. */
  public static final int ADDRESS_F_LOG = 1;

  public static final int TABLE_REGIONS = 0;
  public static final int TABLE_HEADER_SIZE = 8;

  /** The most regions of a memory table, and memory slots that every backend has. */
  public static final int MAX_REGIONS = 8;

  public static final int SLOT_HEADER_SIZE = 8;
  public static final int SLOT_SIZE = 40;

  public static final int REGION_GUEST_ADDRESS = 0;
  public static final int REGION_BYTES = 8;
  public static final int REGION_USER_ADDRESS = 16;
  public static final int REGION_FILE_OFFSET = 24;
  public static final int REGION_SIZE = 32;

  public static final int CONFIG_OFFSET = 0;
  public static final int CONFIG_BYTES = 4;
  public static final int CONFIG_FLAGS = 8;
  public static final int CONFIG_HEADER_SIZE = 12;

  /** The largest configuration space that is asked for, in bytes. */
  public static final int MAX_CONFIG = 256;

  /** Flag of SET_CONFIG: the frontend's driver may write it. */
  public static final int CONFIG_F_WRITABLE = 0;

  /** Flag of SET_CONFIG: part of a live migration. */
  public static final int CONFIG_F_MIGRATION = 1;

  public static final int INFLIGHT_MAP_SIZE = 0;
  public static final int INFLIGHT_MAP_OFFSET = 8;
  public static final int INFLIGHT_QUEUES = 16;
  public static final int INFLIGHT_QUEUE_SIZE = 18;

  /** Without the padding that a C structure has at its end; both are seen. */
  public static final int INFLIGHT_MIN_SIZE = 20;

  public static final int INFLIGHT_SIZE = 24;

  public static final int LOG_SIZE = 16;

  /** The queue's number in the value of SET_VRING_KICK, SET_VRING_CALL and SET_VRING_ERR. */
  public static final long VRING_INDEX_MASK = 0xff;

  /** In the same value: there is no descriptor, and the other side polls. */
  public static final long VRING_NO_DESCRIPTOR = 0x100;

  /** Of GET_VRING_BASE and SET_VRING_BASE of a packed ring: where the used half begins. */
  public static final int PACKED_USED_SHIFT = 16;

  /** Of either half: the wrap counter; the bits below are the index. */
  public static final int PACKED_WRAP = 0x8000;

  private VhostUserLayout() {}

  /** Where a region of a memory table begins. */
  public static int regionOffset(int region) {
    return TABLE_HEADER_SIZE + REGION_SIZE * region;
  }
}
