package dev.ringside.driver;

/** What a {@link BlockRequest} asks for. */
public enum BlockOperation {
  /** Disk to segments. */
  READ,
  /** Segments to disk. */
  WRITE,
  /** Every write that completed before becomes durable. */
  FLUSH,
  /** The sectors' content is no longer needed. */
  DISCARD,
  /** The sectors read as zeros afterwards. */
  WRITE_ZEROES,
  /** The sectors' content cannot be recovered afterwards. */
  SECURE_ERASE,
  /** The device's serial: 20 bytes into one segment. */
  GET_ID,
  /** The device's wear: 6 bytes into one segment, for {@link DiskLifetime}. */
  GET_LIFETIME,
  /** Segments to wherever a zone's write pointer is. */
  ZONE_APPEND,
  /** The state of zones, into segments, for {@link ZoneReport}. */
  ZONE_REPORT,
  /** A zone keeps the resources to be written. */
  ZONE_OPEN,
  /** A zone gives them back. */
  ZONE_CLOSE,
  /** A zone is full, whatever was written. */
  ZONE_FINISH,
  /** A zone is empty. */
  ZONE_RESET,
  /** All sequential zones are empty. */
  ZONE_RESET_ALL
}
