package dev.ringside.virtio.spec;

/**
 * The configuration space of virtio-blk (virtio 1.4, section 5.2.4), little-endian.
 *
 * <pre>
 *    0  u64 capacity (sectors of 512 bytes)      34  u16 num_queues
 *    8  u32 size_max                             36  u32 max_discard_sectors
 *   12  u32 seg_max                              40  u32 max_discard_seg
 *   16  geometry { u16, u8, u8 }                 44  u32 discard_sector_alignment
 *   20  u32 blk_size                             48  u32 max_write_zeroes_sectors
 *   24  topology { u8, u8, u16, u32 }            52  u32 max_write_zeroes_seg
 *   32  u8 writeback                             56  u8 write_zeroes_may_unmap
 * </pre>
 */
public final class BlkConfigLayout {
  public static final int CAPACITY = 0;
  public static final int SIZE_MAX = 8;
  public static final int SEG_MAX = 12;
  public static final int BLK_SIZE = 20;
  public static final int MAX_DISCARD_SECTORS = 36;
  public static final int MAX_DISCARD_SEG = 40;
  public static final int DISCARD_SECTOR_ALIGNMENT = 44;

  /** Bytes up to the end of the write-zeroes fields and their padding. */
  public static final int SIZE = 60;

  private BlkConfigLayout() {}
}
