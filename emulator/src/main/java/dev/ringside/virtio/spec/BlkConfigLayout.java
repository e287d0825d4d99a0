package dev.ringside.virtio.spec;

/**
 * The configuration space of virtio-blk (virtio 1.4, section 5.2.4), little-endian. A field exists
 * when its feature does; what does not exist reads as zero.
 *
 * <pre>
 *    0  u64 capacity (sectors of 512 bytes)      60  u32 max_secure_erase_sectors
 *    8  u32 size_max                             64  u32 max_secure_erase_seg
 *   12  u32 seg_max                              68  u32 secure_erase_sector_alignment
 *   16  geometry { u16, u8, u8 }                 72  zoned characteristics
 *   20  u32 blk_size                                 72  u32 zone_sectors
 *   24  topology { u8, u8, u16, u32 }                76  u32 max_open_zones
 *   32  u8 writeback                                 80  u32 max_active_zones
 *   34  u16 num_queues                               84  u32 max_append_sectors
 *   36  u32 max_discard_sectors                      88  u32 write_granularity (bytes)
 *   40  u32 max_discard_seg                          92  u8 model
 *   44  u32 discard_sector_alignment                 93  u8 unused2[3]
 *   48  u32 max_write_zeroes_sectors
 *   52  u32 max_write_zeroes_seg
 *   56  u8 write_zeroes_may_unmap, u8 unused1[3]
 * </pre>
 */
public final class BlkConfigLayout {
  public static final int CAPACITY = 0;
  public static final int SIZE_MAX = 8;
  public static final int SEG_MAX = 12;
  public static final int GEOMETRY_CYLINDERS = 16;
  public static final int GEOMETRY_HEADS = 18;
  public static final int GEOMETRY_SECTORS = 19;
  public static final int BLK_SIZE = 20;

  /** Logical blocks in a physical block, as a power of two. */
  public static final int PHYSICAL_BLOCK_EXP = 24;

  /** The first aligned logical block. */
  public static final int ALIGNMENT_OFFSET = 25;

  /** In logical blocks. */
  public static final int MIN_IO_SIZE = 26;

  /** In logical blocks. */
  public static final int OPT_IO_SIZE = 28;

  /** The one field that a driver may write: {@link #WRITETHROUGH} or {@link #WRITEBACK}. */
  public static final int CACHE_MODE = 32;

  public static final int NUM_QUEUES = 34;
  public static final int MAX_DISCARD_SECTORS = 36;
  public static final int MAX_DISCARD_SEG = 40;
  public static final int DISCARD_SECTOR_ALIGNMENT = 44;
  public static final int MAX_WRITE_ZEROES_SECTORS = 48;
  public static final int MAX_WRITE_ZEROES_SEG = 52;
  public static final int WRITE_ZEROES_MAY_UNMAP = 56;
  public static final int MAX_SECURE_ERASE_SECTORS = 60;
  public static final int MAX_SECURE_ERASE_SEG = 64;
  public static final int SECURE_ERASE_SECTOR_ALIGNMENT = 68;
  public static final int ZONE_SECTORS = 72;
  public static final int MAX_OPEN_ZONES = 76;
  public static final int MAX_ACTIVE_ZONES = 80;
  public static final int MAX_APPEND_SECTORS = 84;
  public static final int WRITE_GRANULARITY = 88;
  public static final int ZONE_MODEL = 92;

  /** Bytes up to the end of the zoned characteristics and their padding. */
  public static final int SIZE = 96;

  /** {@link #CACHE_MODE}: a completed write is stable (section 5.2.5). */
  public static final int WRITETHROUGH = 0;

  /** {@link #CACHE_MODE}: a completed write is stable after a flush (section 5.2.5). */
  public static final int WRITEBACK = 1;

  private BlkConfigLayout() {}
}
