package dev.ringside.driver;

/**
 * What a disk is and what one request may ask for.
 *
 * @param sectors capacity in sectors of {@link #SECTOR_SIZE} bytes
 * @param blockSize the unit in bytes that requests should be a multiple of
 * @param maxSegments data segments of one request, at least 1
 * @param maxSegmentBytes length of one segment in bytes
 * @param queueDepth requests that can be in flight together
 * @param readOnly whether writes fail
 * @param flush whether {@link BlockOperation#FLUSH} exists; without it, a completed write is
 *     durable
 * @param maxDiscardSectors sectors of one {@link BlockOperation#DISCARD}; 0 when there is none
 */
public record BlockLimits(
    long sectors,
    int blockSize,
    int maxSegments,
    long maxSegmentBytes,
    int queueDepth,
    boolean readOnly,
    boolean flush,
    long maxDiscardSectors) {
  /** Bytes in a sector, the unit of every address on the disk (virtio 1.4, section 5.2.4). */
  public static final int SECTOR_SIZE = 512;

  /** Whether {@link BlockOperation#DISCARD} exists. */
  public boolean discard() {
    return maxDiscardSectors > 0;
  }

  /** Capacity in bytes. */
  public long bytes() {
    return sectors * SECTOR_SIZE;
  }
}
