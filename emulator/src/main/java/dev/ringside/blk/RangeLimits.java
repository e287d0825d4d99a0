package dev.ringside.blk;

/**
 * What one DISCARD, WRITE_ZEROES or SECURE_ERASE may cover (virtio 1.4, section 5.2.4).
 *
 * @param maxSectors of one range, 1 or more
 * @param maxRanges of one request, 1 to {@link #MOST_RANGES}
 * @param alignment in sectors, where a driver should split; requests need not keep to it
 */
public record RangeLimits(int maxSectors, int maxRanges, int alignment) {
  /** Bounds what a device copies for one request. */
  public static final int MOST_RANGES = 256;

  /** 32 ranges of 2 GiB, anywhere. */
  public static final RangeLimits DEFAULT = new RangeLimits(1 << 22, 32, 1);

  public RangeLimits {
    if (maxSectors < 1 || maxRanges < 1 || maxRanges > MOST_RANGES || alignment < 1) {
      throw new IllegalArgumentException(
          "%d ranges of %d sectors, aligned to %d".formatted(maxRanges, maxSectors, alignment));
    }
  }
}
