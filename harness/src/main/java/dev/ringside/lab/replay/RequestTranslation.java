package dev.ringside.lab.replay;

import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockOperation;
import dev.ringside.lab.trace.TraceAction;
import dev.ringside.lab.trace.TraceEvent;
import dev.ringside.lab.trace.TraceFlag;
import java.util.EnumMap;
import java.util.Map;

/**
 * Makes issued events into requests that a device takes, and counts what could not be taken as it
 * stood.
 *
 * <ul>
 *   <li>A request that is larger than the device's limits is split.
 *   <li>A write with preflush is a flush and the write; a write with FUA is the write and a flush,
 *       as Linux does it for a disk that has flush only. A trace of such a disk has them apart
 *       already.
 *   <li>An empty write with preflush is a flush.
 *   <li>What cannot be asked of the device is skipped, with its {@link SkipReason}.
 * </ul>
 */
final class RequestTranslation {
  /**
   * The most that one request moves, whatever the device takes: guest memory is set aside for it.
   */
  static final long MAX_REQUEST_BYTES = 8 << 20;

  private final BlockLimits limits;
  private final long maxDataSectors;
  private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
  private long split;
  private long expanded;

  RequestTranslation(BlockLimits limits) {
    this.limits = limits;
    this.maxDataSectors = maxDataBytes(limits) / BlockLimits.SECTOR_SIZE;
  }

  /** The most that one request on this device moves, in bytes: whole sectors, at least one. */
  static long maxDataBytes(BlockLimits limits) {
    long segment = Math.min(limits.maxSegmentBytes(), MAX_REQUEST_BYTES);
    long bytes = Math.min(segment * limits.maxSegments(), MAX_REQUEST_BYTES);
    return Math.max(bytes - bytes % BlockLimits.SECTOR_SIZE, BlockLimits.SECTOR_SIZE);
  }

  /** Events that became several requests because one would have been too large. */
  long split() {
    return split;
  }

  /** Events that became several requests because they carried a flush with data. */
  long expanded() {
    return expanded;
  }

  /** Issued events that became no request, by reason. */
  Map<SkipReason, Long> skipped() {
    return skipped;
  }

  /** Appends an event's requests; an event that is no issue has none. */
  void translate(TraceEvent event, RequestBlock requests) {
    if (event.action() != TraceAction.ISSUE) {
      return;
    }
    switch (event.operation()) {
      case READ -> read(event, requests);
      case WRITE -> write(event, requests);
      case FLUSH -> flush(requests);
      case DISCARD -> discard(event, requests);
      case PASSTHROUGH -> skip(SkipReason.PASSTHROUGH);
      case OTHER -> skip(SkipReason.NO_OPERATION);
    }
  }

  private void read(TraceEvent event, RequestBlock requests) {
    if (!unfit(event)) {
      addPieces(event, BlockOperation.READ, maxDataSectors, requests);
    }
  }

  private void write(TraceEvent event, RequestBlock requests) {
    boolean preflush = event.has(TraceFlag.PREFLUSH);
    if (preflush && event.bytes() == 0) {
      flush(requests);
      return;
    }
    if (unfit(event)) {
      return;
    }
    boolean before = preflush && limits.flush();
    boolean after = event.has(TraceFlag.FUA) && limits.flush();
    if (before || after) {
      expanded++;
    }
    if (before) {
      requests.add(BlockOperation.FLUSH, 0, 0);
    }
    addPieces(event, BlockOperation.WRITE, maxDataSectors, requests);
    if (after) {
      requests.add(BlockOperation.FLUSH, 0, 0);
    }
  }

  private void flush(RequestBlock requests) {
    if (limits.flush()) {
      requests.add(BlockOperation.FLUSH, 0, 0);
    } else {
      skip(SkipReason.NO_FLUSH);
    }
  }

  private void discard(TraceEvent event, RequestBlock requests) {
    if (!limits.discard()) {
      skip(SkipReason.NO_DISCARD);
    } else if (!unfit(event)) {
      addPieces(event, BlockOperation.DISCARD, limits.maxDiscardSectors(), requests);
    }
  }

  /** Whether an event has no whole number of sectors; then it is skipped. */
  private boolean unfit(TraceEvent event) {
    if (event.bytes() == 0) {
      skip(SkipReason.ZERO_LENGTH);
      return true;
    }
    if (event.bytes() % BlockLimits.SECTOR_SIZE != 0) {
      skip(SkipReason.PARTIAL_SECTOR);
      return true;
    }
    return false;
  }

  private void addPieces(
      TraceEvent event, BlockOperation operation, long maxSectors, RequestBlock requests) {
    long sector = event.sector();
    long end = sector + event.bytes() / BlockLimits.SECTOR_SIZE;
    if (end - sector > maxSectors) {
      split++;
    }
    while (sector < end) {
      long count = Math.min(end - sector, maxSectors);
      requests.add(operation, sector, (int) count);
      sector += count;
    }
  }

  private void skip(SkipReason reason) {
    skipped.merge(reason, 1L, Long::sum);
  }
}
