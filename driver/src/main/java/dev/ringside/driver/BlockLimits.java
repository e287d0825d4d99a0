package dev.ringside.driver;

import org.jspecify.annotations.Nullable;

/**
 * What a disk is and what one request may ask for.
 *
 * @param sectors capacity in sectors of {@link #SECTOR_SIZE} bytes
 * @param blockSize the unit in bytes that requests should be a multiple of
 * @param physicalBlockSize in bytes, what the disk can write without reading
 * @param minIoSize in bytes, the smallest request without a penalty
 * @param optimalIoSize in bytes; 0 when the device suggests none
 * @param maxSegments data segments of one request, at least 1
 * @param maxSegmentBytes length of one segment in bytes
 * @param queueDepth requests that can be in flight together
 * @param readOnly whether writes fail
 * @param flush whether {@link BlockOperation#FLUSH} exists; without it, a completed write is
 *     durable
 * @param cacheModeSwitch whether the {@link CacheMode} can be read and set
 * @param discards what a {@link BlockOperation#DISCARD} may cover
 * @param writeZeroes what a {@link BlockOperation#WRITE_ZEROES} may cover
 * @param zeroesMayUnmap whether a write of zeros can give space back
 * @param secureErase what a {@link BlockOperation#SECURE_ERASE} may cover
 * @param lifetime whether {@link BlockOperation#GET_LIFETIME} exists
 * @param zones null when the disk is not zoned
 */
public record BlockLimits(
    long sectors,
    int blockSize,
    int physicalBlockSize,
    long minIoSize,
    long optimalIoSize,
    int maxSegments,
    long maxSegmentBytes,
    int queueDepth,
    boolean readOnly,
    boolean flush,
    boolean cacheModeSwitch,
    RangeLimits discards,
    RangeLimits writeZeroes,
    boolean zeroesMayUnmap,
    RangeLimits secureErase,
    boolean lifetime,
    @Nullable ZoneLimits zones) {
  /** Bytes in a sector, the unit of every address on the disk (virtio 1.4, section 5.2.4). */
  public static final int SECTOR_SIZE = 512;

  /** Whether {@link BlockOperation#DISCARD} exists. */
  public boolean discard() {
    return discards.exists();
  }

  /** Sectors of one range of a {@link BlockOperation#DISCARD}; 0 when there is none. */
  public long maxDiscardSectors() {
    return discards.maxSectors();
  }

  /** Capacity in bytes. */
  public long bytes() {
    return sectors * SECTOR_SIZE;
  }
}
