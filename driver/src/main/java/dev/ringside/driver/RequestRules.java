package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkLifetimeLayout;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneReportLayout;

/**
 * What a {@link BlockRequest} is on the wire, and what a device takes (virtio 1.4, section 5.2.6).
 */
final class RequestRules {
  private RequestRules() {}

  /** How many buffers a request has besides header and status. */
  static int buffers(BlockRequest request) {
    boolean payload = request.ranges() > 0 || request.operation() == BlockOperation.ZONE_APPEND;
    return request.segments() + (payload ? 1 : 0);
  }

  /**
   * Checks a request before it goes into the ring.
   *
   * @throws IllegalArgumentException when it breaks the limits
   */
  static void check(BlockRequest request, BlockLimits limits) {
    BlockOperation operation = request.operation();
    // By itself, so that it is small enough to be compiled into its caller.
    if (operation == BlockOperation.READ || operation == BlockOperation.WRITE) {
      checkTransfer(request, limits);
    } else {
      checkOther(request, limits);
    }
  }

  private static void checkTransfer(BlockRequest request, BlockLimits limits) {
    checkSegments(request, limits.maxSegments(), limits);
    checkWholeSectors(request);
    checkRange(request, request.sector(), request.sectorCount(), limits);
  }

  private static void checkOther(BlockRequest request, BlockLimits limits) {
    switch (request.operation()) {
      case READ, WRITE -> checkTransfer(request, limits);
      case DISCARD -> checkRanges(request, limits.discards(), limits);
      case WRITE_ZEROES -> checkRanges(request, limits.writeZeroes(), limits);
      case SECURE_ERASE -> checkRanges(request, limits.secureErase(), limits);
      case FLUSH -> {
        if (!limits.flush()) {
          throw new IllegalArgumentException("the device has no flush");
        }
      }
      case GET_ID -> checkAnswer(request, "a serial", BlkRequestLayout.ID_BYTES);
      case GET_LIFETIME -> {
        if (!limits.lifetime()) {
          throw new IllegalArgumentException("the device does not know its lifetime");
        }
        checkAnswer(request, "a lifetime", BlkLifetimeLayout.SIZE);
      }
      case ZONE_APPEND -> {
        ZoneLimits zones = zones(limits);
        // The sector that comes back takes a segment's place in the chain.
        checkSegments(request, limits.maxSegments() - 1, limits);
        checkWholeSectors(request);
        checkZone(request, zones, limits);
        if (request.sectorCount() > zones.maxAppendSectors()
            || request.bytes() % zones.writeGranularity() != 0) {
          throw new IllegalArgumentException(
              "%d sectors at most can be appended, in multiples of %d bytes: %s"
                  .formatted(zones.maxAppendSectors(), zones.writeGranularity(), request));
        }
      }
      case ZONE_REPORT -> {
        zones(limits);
        checkSegments(request, limits.maxSegments(), limits);
        checkRange(request, request.sector(), 1, limits);
        if (request.bytes() < BlkZoneReportLayout.HEADER_SIZE) {
          throw new IllegalArgumentException(
              "a report takes %d bytes and more: %s"
                  .formatted(BlkZoneReportLayout.HEADER_SIZE, request));
        }
      }
      case ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET ->
          checkZone(request, zones(limits), limits);
      case ZONE_RESET_ALL -> zones(limits);
    }
  }

  private static void checkSegments(BlockRequest request, int most, BlockLimits limits) {
    if (request.segments() == 0 || request.segments() > most) {
      throw new IllegalArgumentException(
          "%d segments, and 1 to %d are possible: %s".formatted(request.segments(), most, request));
    }
    if (request.longestSegment() > limits.maxSegmentBytes()) {
      throw new IllegalArgumentException(
          "a segment of %d bytes, and %d are possible: %s"
              .formatted(request.longestSegment(), limits.maxSegmentBytes(), request));
    }
  }

  private static void checkWholeSectors(BlockRequest request) {
    if (request.bytes() % BlockLimits.SECTOR_SIZE != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole sectors: %s".formatted(request.bytes(), request));
    }
  }

  private static void checkAnswer(BlockRequest request, String what, int length) {
    if (request.segments() != 1 || request.bytes() != length) {
      throw new IllegalArgumentException(
          "%s takes one segment of %d bytes".formatted(what, length));
    }
  }

  private static void checkRanges(BlockRequest request, RangeLimits most, BlockLimits limits) {
    if (!most.exists()) {
      throw new IllegalArgumentException("the device has no " + request.operation());
    }
    if (request.ranges() > most.maxRanges()) {
      throw new IllegalArgumentException(
          "%d ranges, and %d are possible: %s"
              .formatted(request.ranges(), most.maxRanges(), request));
    }
    for (int i = 0; i < request.ranges(); i++) {
      if (request.rangeCount(i) < 1 || request.rangeCount(i) > most.maxSectors()) {
        throw new IllegalArgumentException(
            "a range of 1 to %d sectors is possible: %s".formatted(most.maxSectors(), request));
      }
      checkRange(request, request.rangeSector(i), request.rangeCount(i), limits);
    }
  }

  private static ZoneLimits zones(BlockLimits limits) {
    ZoneLimits zones = limits.zones();
    if (zones == null) {
      throw new IllegalArgumentException("the disk has no zones");
    }
    return zones;
  }

  private static void checkZone(BlockRequest request, ZoneLimits zones, BlockLimits limits) {
    checkRange(request, request.sector(), 1, limits);
    if (zones.startOf(request.sector()) != request.sector()) {
      throw new IllegalArgumentException(
          "zones have %d sectors, and none begins here: %s"
              .formatted(zones.zoneSectors(), request));
    }
  }

  private static void checkRange(
      BlockRequest request, long sector, long count, BlockLimits limits) {
    if (sector < 0 || count > limits.sectors() - sector) {
      throw new IllegalArgumentException(
          "past the end of a disk of %d sectors: %s".formatted(limits.sectors(), request));
    }
  }

  /** How a request ended whose status byte is this. */
  static BlockStatus statusOf(int statusByte) {
    return switch (statusByte) {
      case BlkStatus.OK -> BlockStatus.OK;
      case BlkStatus.UNSUPP -> BlockStatus.UNSUPPORTED;
      case BlkStatus.ZONE_INVALID_CMD -> BlockStatus.ZONE_INVALID;
      case BlkStatus.ZONE_UNALIGNED_WP -> BlockStatus.ZONE_UNALIGNED;
      case BlkStatus.ZONE_OPEN_RESOURCE -> BlockStatus.ZONE_TOO_MANY_OPEN;
      case BlkStatus.ZONE_ACTIVE_RESOURCE -> BlockStatus.ZONE_TOO_MANY_ACTIVE;
      // An error, or nothing that the specification knows.
      default -> BlockStatus.IO_ERROR;
    };
  }
}
