package dev.ringside.driver;

/**
 * What one request for ranges of sectors may cover.
 *
 * @param maxSectors of one range; 0 when there is no such request
 * @param maxRanges of one request
 * @param alignment in sectors, where ranges are best split
 */
public record RangeLimits(long maxSectors, int maxRanges, long alignment) {
  /** The most ranges that this driver puts into a request: a frame of guest memory. */
  static final int MOST_RANGES = 256;

  /** There is no such request. */
  public static final RangeLimits NONE = new RangeLimits(0, 0, 1);

  /** Whether there is such a request. */
  public boolean exists() {
    return maxSectors > 0;
  }
}
