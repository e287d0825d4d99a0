package dev.ringside.fault;

/**
 * Sectors side by side, of 512 bytes each.
 *
 * @param first 0 or more
 * @param last the last that belongs to it, not before the first
 */
public record SectorRange(long first, long last) {
  /** The whole of any disk. */
  static final SectorRange ALL = new SectorRange(0, Long.MAX_VALUE);

  public SectorRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("sectors %d to %d".formatted(first, last));
    }
  }

  /** Whether a sector of one is a sector of the other. */
  public boolean overlaps(SectorRange other) {
    return first <= other.last && other.first <= last;
  }

  /** What both have; they must overlap. */
  public SectorRange intersection(SectorRange other) {
    return new SectorRange(Math.max(first, other.first), Math.min(last, other.last));
  }

  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + "-" + last;
  }
}
