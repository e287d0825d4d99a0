package dev.ringside.machine;

import java.util.Arrays;
import java.util.List;

/**
 * Where the guest ranges of {@link BorrowedMemory} lie in its reservation: sorted, disjoint, and
 * never changed. Ranges that are adjacent both in the guest and in the reservation are one, so a
 * buffer may lie in two regions.
 */
final class RegionTable {
  static final RegionTable EMPTY = new RegionTable(List.of());

  /**
   * Flipping the highest bit turns the order of unsigned numbers into that of signed ones, which
   * the search compares in one instruction.
   */
  private static final long FLIP = Long.MIN_VALUE;

  /** First addresses, flipped. */
  private final long[] starts;

  private final long[] sizes;

  /** What is added to an address to get its offset. */
  private final long[] deltas;

  /**
   * Guest memory at a place in the reservation.
   *
   * @param address guest-physical, unsigned
   * @param size in bytes
   * @param offset into the reservation
   */
  record Range(long address, long size, long offset) {
    private boolean continues(Range before) {
      return address == before.address + before.size && offset == before.offset + before.size;
    }
  }

  private RegionTable(List<Range> merged) {
    starts = merged.stream().mapToLong(range -> range.address ^ FLIP).toArray();
    sizes = merged.stream().mapToLong(Range::size).toArray();
    deltas = merged.stream().mapToLong(range -> range.offset - range.address).toArray();
  }

  /**
   * A table of these ranges.
   *
   * @param ranges sorted by their unsigned addresses, disjoint
   */
  static RegionTable of(List<Range> ranges) {
    Range[] merged = new Range[ranges.size()];
    int count = 0;
    for (Range range : ranges) {
      if (count > 0 && range.continues(merged[count - 1])) {
        Range before = merged[count - 1];
        merged[count - 1] = new Range(before.address, before.size + range.size, before.offset);
      } else {
        merged[count++] = range;
      }
    }
    return new RegionTable(Arrays.asList(merged).subList(0, count));
  }

  /** As {@link GuestMemory#offset}. */
  long offset(long address, long length) {
    int at = last(address ^ FLIP);
    if (at < 0 || length < 0) {
      return -1;
    }
    long size = sizes[at];
    long inside = (address ^ FLIP) - starts[at];
    if (length > size || Long.compareUnsigned(inside, size - length) > 0) {
      return -1;
    }
    return address + deltas[at];
  }

  /** The last range that begins at or before an address, or -1. A guest has a handful of them. */
  private int last(long flipped) {
    int low = 0;
    int high = starts.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= flipped) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** As {@link GuestMemory#address}. */
  long address(long offset) {
    for (int i = 0; i < starts.length; i++) {
      long address = offset - deltas[i];
      if (Long.compareUnsigned((address ^ FLIP) - starts[i], sizes[i]) < 0) {
        return address;
      }
    }
    throw new IllegalArgumentException("offset 0x%x is not RAM".formatted(offset));
  }

  /** All bytes of all ranges. */
  long size() {
    return Arrays.stream(sizes).sum();
  }

  /** The end of the first range, or 0 without any. */
  long firstEnd() {
    return starts.length == 0 ? 0 : (starts[0] ^ FLIP) + sizes[0];
  }

  /** The start of the last range, or 0 without any. */
  long lastStart() {
    return starts.length == 0 ? 0 : starts[starts.length - 1] ^ FLIP;
  }

  /** The end of the last range, or 0 without any. */
  long end() {
    return starts.length == 0 ? 0 : lastStart() + sizes[starts.length - 1];
  }
}
