package dev.ringside.lab.study;

import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.lab.replay.TraceRequests;

/** The requests of a trace, in its order and at its times. */
final class RecordedRequests implements RequestSource {
  private static final int SECTOR_SIZE = 512;

  private final TraceRequests requests;
  private final int maxSegmentBytes;
  private int next;

  RecordedRequests(TraceRequests requests, BlockLimits limits) {
    this.requests = requests;
    this.maxSegmentBytes = (int) Math.min(limits.maxSegmentBytes(), Integer.MAX_VALUE);
  }

  @Override
  public boolean hasNext() {
    return next < requests.size();
  }

  @Override
  public long nextTime() {
    return requests.time(next);
  }

  @Override
  public void fill(BlockRequest request, long buffer) {
    long sector = requests.sector(next);
    int count = requests.count(next);
    switch (requests.operation(next)) {
      case READ -> addSegments(request.read(sector), buffer, count);
      case WRITE -> addSegments(request.write(sector), buffer, count);
      case FLUSH -> request.flush();
      case DISCARD -> request.discard(sector, count);
      case WRITE_ZEROES,
          SECURE_ERASE,
          GET_ID,
          GET_LIFETIME,
          ZONE_APPEND,
          ZONE_REPORT,
          ZONE_OPEN,
          ZONE_CLOSE,
          ZONE_FINISH,
          ZONE_RESET,
          ZONE_RESET_ALL ->
          throw new IllegalStateException("no trace has such a request");
    }
    next++;
  }

  private void addSegments(BlockRequest request, long buffer, int sectors) {
    int left = sectors * SECTOR_SIZE;
    long at = buffer;
    while (left > 0) {
      int length = Math.min(left, maxSegmentBytes);
      request.segment(at, length);
      at += length;
      left -= length;
    }
  }
}
