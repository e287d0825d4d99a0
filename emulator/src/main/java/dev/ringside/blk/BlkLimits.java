package dev.ringside.blk;

/**
 * What a virtio-blk device tells its driver about itself.
 *
 * @param maxSegments data segments of one request, {@code seg_max}
 * @param blockSize {@code blk_size} in bytes
 * @param discard whether DISCARD is offered
 * @param serial what GET_ID returns, up to 20 ASCII characters
 */
record BlkLimits(int maxSegments, int blockSize, boolean discard, String serial) {
  /** Ranges of one DISCARD, {@code max_discard_seg}. */
  static final int MAX_DISCARD_RANGES = 1;

  /** Sectors of one range, {@code max_discard_sectors}: 2 GiB. */
  static final int MAX_DISCARD_SECTORS = 1 << 22;
}
