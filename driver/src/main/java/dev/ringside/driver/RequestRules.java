package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;

/**
 * What a {@link BlockRequest} is on the wire, and what a device takes (virtio 1.4, section 5.2.6).
 */
final class RequestRules {
  private RequestRules() {}

  /** What stands in a request's header. */
  static int typeOf(BlockOperation operation) {
    BlkRequestType type =
        switch (operation) {
          case READ -> BlkRequestType.IN;
          case WRITE -> BlkRequestType.OUT;
          case FLUSH -> BlkRequestType.FLUSH;
          case DISCARD -> BlkRequestType.DISCARD;
          case GET_ID -> BlkRequestType.GET_ID;
        };
    return type.code();
  }

  /**
   * Checks a request before it goes into the ring.
   *
   * @throws IllegalArgumentException when it breaks the limits
   */
  static void check(BlockRequest request, BlockLimits limits) {
    switch (request.operation()) {
      case READ, WRITE -> {
        if (request.segments() == 0 || request.segments() > limits.maxSegments()) {
          throw new IllegalArgumentException(
              "%d segments, and 1 to %d are possible: %s"
                  .formatted(request.segments(), limits.maxSegments(), request));
        }
        if (request.bytes() % BlockLimits.SECTOR_SIZE != 0) {
          throw new IllegalArgumentException(
              "%d bytes are not whole sectors: %s".formatted(request.bytes(), request));
        }
        checkRange(request, limits);
      }
      case DISCARD -> {
        if (request.sectorCount() < 1 || request.sectorCount() > limits.maxDiscardSectors()) {
          throw new IllegalArgumentException(
              "1 to %d sectors can be discarded: %s"
                  .formatted(limits.maxDiscardSectors(), request));
        }
        checkRange(request, limits);
      }
      case FLUSH -> {
        if (!limits.flush()) {
          throw new IllegalArgumentException("the device has no flush");
        }
      }
      case GET_ID -> {
        if (request.segments() != 1 || request.bytes() != BlkRequestLayout.ID_BYTES) {
          throw new IllegalArgumentException(
              "a serial takes one segment of %d bytes".formatted(BlkRequestLayout.ID_BYTES));
        }
      }
    }
  }

  private static void checkRange(BlockRequest request, BlockLimits limits) {
    long count = request.sectorCount();
    if (request.sector() < 0 || count > limits.sectors() - request.sector()) {
      throw new IllegalArgumentException(
          "past the end of a disk of %d sectors: %s".formatted(limits.sectors(), request));
    }
  }

  /** How a request ended whose status byte is this. */
  static BlockStatus statusOf(int statusByte) {
    return switch (statusByte) {
      case BlkStatus.OK -> BlockStatus.OK;
      case BlkStatus.UNSUPP -> BlockStatus.UNSUPPORTED;
      // An error, or nothing that the specification knows.
      default -> BlockStatus.IO_ERROR;
    };
  }
}
