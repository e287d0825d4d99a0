package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkRequestType;

/** What a {@link BlockRequest} asks for. */
public enum BlockOperation {
  /** Disk to segments. */
  READ(BlkRequestType.IN),
  /** Segments to disk. */
  WRITE(BlkRequestType.OUT),
  /** Every write that completed before becomes durable. */
  FLUSH(BlkRequestType.FLUSH),
  /** The sectors' content is no longer needed. */
  DISCARD(BlkRequestType.DISCARD),
  /** The sectors read as zeros afterwards. */
  WRITE_ZEROES(BlkRequestType.WRITE_ZEROES),
  /** The sectors' content cannot be recovered afterwards. */
  SECURE_ERASE(BlkRequestType.SECURE_ERASE),
  /** The device's serial: 20 bytes into one segment. */
  GET_ID(BlkRequestType.GET_ID),
  /** The device's wear: 6 bytes into one segment, for {@link DiskLifetime}. */
  GET_LIFETIME(BlkRequestType.GET_LIFETIME),
  /** Segments to wherever a zone's write pointer is. */
  ZONE_APPEND(BlkRequestType.ZONE_APPEND),
  /** The state of zones, into segments, for {@link ZoneReport}. */
  ZONE_REPORT(BlkRequestType.ZONE_REPORT),
  /** A zone keeps the resources to be written. */
  ZONE_OPEN(BlkRequestType.ZONE_OPEN),
  /** A zone gives them back. */
  ZONE_CLOSE(BlkRequestType.ZONE_CLOSE),
  /** A zone is full, whatever was written. */
  ZONE_FINISH(BlkRequestType.ZONE_FINISH),
  /** A zone is empty. */
  ZONE_RESET(BlkRequestType.ZONE_RESET),
  /** All sequential zones are empty. */
  ZONE_RESET_ALL(BlkRequestType.ZONE_RESET_ALL);

  private final int typeCode;

  BlockOperation(BlkRequestType type) {
    typeCode = type.code();
  }

  /** What stands in the header of such a request. */
  int typeCode() {
    return typeCode;
  }

  /** Whether carrying it out twice leaves what carrying it out once does. */
  boolean isRepeatable() {
    return this != ZONE_APPEND;
  }

  /** Whether the segments of such a request go to the device. */
  boolean sendsData() {
    return this == WRITE || this == ZONE_APPEND;
  }
}
