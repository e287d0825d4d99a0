package dev.ringside.lab.replay;

import dev.ringside.lab.trace.DeviceNumber;
import dev.ringside.lab.trace.TraceAction;
import dev.ringside.lab.trace.TraceEvent;
import dev.ringside.lab.trace.TraceReader;
import dev.ringside.lab.trace.TraceSource;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a trace asks for, found by reading all of it before anything starts: a damaged trace or one
 * that does not fit the disk is refused while nothing has happened yet.
 *
 * @param source the trace
 * @param events of every action
 * @param issued events that went to the driver, which are the ones to replay
 * @param largestRead in bytes
 * @param largestWrite in bytes
 * @param farthest the issued event that reaches farthest into the disk; null when none has a place
 * @param farthestNumber its number among the issued events, from 1
 * @param devices how many devices they went to
 */
public record TraceSurvey(
    TraceSource source,
    long events,
    long issued,
    long largestRead,
    long largestWrite,
    @Nullable TraceEvent farthest,
    long farthestNumber,
    int devices) {

  /** The largest disk that can be addressed in bytes with 63 bits, in sectors. */
  private static final long MAX_SECTORS = Long.MAX_VALUE / TraceEvent.SECTOR_SIZE;

  /**
   * Reads a trace from its start to its end.
   *
   * @throws UnreplayableTraceException when it is whole, but no disk could serve it
   */
  public static TraceSurvey of(TraceSource source) throws IOException {
    long events = 0;
    long issued = 0;
    long largestRead = 0;
    long largestWrite = 0;
    TraceEvent farthest = null;
    long farthestNumber = 0;
    Set<String> devices = new TreeSet<>();
    DeviceNumber lastDevice = null;
    try (TraceReader reader = source.open()) {
      for (TraceEvent event = reader.next(); event != null; event = reader.next()) {
        events++;
        if (event.action() != TraceAction.ISSUE) {
          continue;
        }
        issued++;
        if (!event.device().equals(lastDevice)) {
          lastDevice = event.device();
          devices.add(lastDevice.toString());
        }
        if (!hasPlace(event)) {
          continue;
        }
        if (event.sector() < 0 || event.sector() > MAX_SECTORS - sectors(event)) {
          throw new UnreplayableTraceException(
              "%s: issued event %d, %s, is beyond any disk"
                  .formatted(source.files().getFirst(), issued, describe(event)));
        }
        if (farthest == null || end(event) > end(farthest)) {
          farthest = event;
          farthestNumber = issued;
        }
        switch (event.operation()) {
          case READ -> largestRead = Math.max(largestRead, event.bytes());
          case WRITE -> largestWrite = Math.max(largestWrite, event.bytes());
          case FLUSH, DISCARD, PASSTHROUGH, OTHER -> {}
        }
      }
    }
    if (issued == 0) {
      throw new UnreplayableTraceException(
          "%s: none of its %d events is an issue (D), so there is nothing to replay"
              .formatted(source.files().getFirst(), events));
    }
    return new TraceSurvey(
        source,
        events,
        issued,
        largestRead,
        largestWrite,
        farthest,
        farthestNumber,
        devices.size());
  }

  /** How many sectors a disk needs for this trace, at least 1. */
  public long sectorsNeeded() {
    return farthest == null ? 1 : end(farthest);
  }

  /**
   * Makes sure that the trace fits a disk.
   *
   * @param disk its name, for the message
   * @param sectors its size
   */
  public void requireFits(String disk, long sectors) throws UnreplayableTraceException {
    if (farthest != null && end(farthest) > sectors) {
      throw new UnreplayableTraceException(
          "%s: issued event %d, %s, reaches past the end of %s, which has %d sectors"
              .formatted(
                  source.files().getFirst(), farthestNumber, describe(farthest), disk, sectors));
    }
  }

  private static boolean hasPlace(TraceEvent event) {
    return switch (event.operation()) {
      case READ, WRITE, DISCARD -> event.bytes() > 0;
      case FLUSH, PASSTHROUGH, OTHER -> false;
    };
  }

  private static long sectors(TraceEvent event) {
    return Math.ceilDiv(event.bytes(), (long) TraceEvent.SECTOR_SIZE);
  }

  private static long end(TraceEvent event) {
    return event.sector() + sectors(event);
  }

  private static String describe(TraceEvent event) {
    return "a %s of %d sectors at sector %s"
        .formatted(
            switch (event.operation()) {
              case READ -> "read";
              case WRITE -> "write";
              case DISCARD -> "discard";
              case FLUSH, PASSTHROUGH, OTHER -> "request";
            },
            sectors(event),
            Long.toUnsignedString(event.sector()));
  }
}
