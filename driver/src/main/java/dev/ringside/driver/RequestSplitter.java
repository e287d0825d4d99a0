package dev.ringside.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes requests of calls: as few as the limits allow, each of whole sectors, in the order of the
 * disk. Every one is checked before the first goes out.
 */
final class RequestSplitter {
  /** Data of one request at most: the length that a device can tell has 32 bits. */
  private static final long MAX_BYTES = 1L << 30;

  private final BlockLimits limits;
  private final List<BlockRequest> requests = new ArrayList<>();

  private RequestSplitter(BlockLimits limits) {
    this.limits = limits;
  }

  /**
   * A read or write.
   *
   * @throws IllegalArgumentException when it leaves the disk, is not of whole sectors, or has
   *     sectors in more pieces than a request can have
   */
  static List<BlockRequest> transfer(
      BlockOperation operation, long sector, List<DataSegment> segments, BlockLimits limits) {
    RequestSplitter splitter = new RequestSplitter(limits);
    splitter.cut(operation, sector, segments);
    return splitter.checked();
  }

  /** What a call of ranges asks for. */
  interface RangeRequest {
    BlockRequest of(long sector, long count);
  }

  /**
   * A discard, write of zeros or secure erase.
   *
   * @param start makes a request of its first range
   * @throws IllegalArgumentException when there is no such request, or it leaves the disk
   */
  static List<BlockRequest> ranges(
      RangeRequest start, RangeLimits most, long sector, long count, BlockLimits limits) {
    RequestSplitter splitter = new RequestSplitter(limits);
    if (!most.exists()) {
      throw new IllegalArgumentException("the device has no such request");
    }
    if (count < 1) {
      throw new IllegalArgumentException("%d sectors".formatted(count));
    }
    long at = sector;
    long left = count;
    while (left > 0) {
      long length = rangeLength(at, left, most);
      BlockRequest last = splitter.requests.isEmpty() ? null : splitter.requests.getLast();
      if (last == null || last.ranges() == most.maxRanges()) {
        splitter.requests.add(start.of(at, length));
      } else {
        last.range(at, length);
      }
      at += length;
      left -= length;
    }
    return splitter.checked();
  }

  /** Ends where the device likes ranges to be split, if the range reaches that far. */
  private static long rangeLength(long at, long left, RangeLimits most) {
    if (left <= most.maxSectors()) {
      return left;
    }
    long beyond = most.alignment() > 1 ? (at + most.maxSectors()) % most.alignment() : 0;
    return beyond < most.maxSectors() ? most.maxSectors() - beyond : most.maxSectors();
  }

  private void cut(BlockOperation operation, long sector, List<DataSegment> segments) {
    SegmentCursor cursor =
        new SegmentCursor(segments, Math.clamp(limits.maxSegmentBytes(), 1, MAX_BYTES));
    if (cursor.total() % BlockLimits.SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole sectors".formatted(cursor.total()));
    }
    long from = 0;
    while (from < cursor.total()) {
      long end = from;
      for (int pieces = 0; pieces < limits.maxSegments() && end - from < MAX_BYTES; pieces++) {
        end = cursor.endOfPiece(end);
      }
      end = Math.min(end, from + MAX_BYTES);
      // What is no whole sector begins the next request.
      end -= (end - from) % BlockLimits.SECTOR_SIZE;
      if (end == from) {
        throw new IllegalArgumentException(
            "a sector in more than %d pieces".formatted(limits.maxSegments()));
      }
      long at = sector + from / BlockLimits.SECTOR_SIZE;
      BlockRequest request =
          operation == BlockOperation.READ
              ? new BlockRequest().read(at)
              : new BlockRequest().write(at);
      cursor.addTo(request, from, end);
      requests.add(request);
      from = end;
    }
  }

  private List<BlockRequest> checked() {
    requests.forEach(request -> RequestRules.check(request, limits));
    return requests;
  }
}
