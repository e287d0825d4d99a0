package dev.ringside.driver;

import java.util.List;

/** The data of a call as one run of bytes, in pieces that fit a descriptor. */
final class SegmentCursor {
  private final List<DataSegment> segments;
  private final long longest;

  /** Where each segment begins in the run, and where the last one ends. */
  private final long[] starts;

  /**
   * At the beginning of the data.
   *
   * @param longest piece, in bytes
   */
  SegmentCursor(List<DataSegment> segments, long longest) {
    this.segments = segments;
    this.longest = longest;
    this.starts = new long[segments.size() + 1];
    for (int i = 0; i < segments.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], segments.get(i).length());
    }
  }

  /** Length of the run. */
  long total() {
    return starts[segments.size()];
  }

  /** Where the piece ends that begins here; here, at the end of the run. */
  long endOfPiece(long from) {
    return from == total() ? from : Math.min(starts[indexOf(from) + 1], from + longest);
  }

  /** The segment that holds a byte before the end. */
  private int indexOf(long place) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= place) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Adds the pieces of a part of the run to a request. */
  void addTo(BlockRequest request, long from, long end) {
    for (long at = from; at < end; ) {
      int index = indexOf(at);
      long next = Math.min(endOfPiece(at), end);
      request.segment(segments.get(index).address() + at - starts[index], (int) (next - at));
      at = next;
    }
  }
}
