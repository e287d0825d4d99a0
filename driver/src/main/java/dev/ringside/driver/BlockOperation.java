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
  /** The device's serial: 20 bytes into one segment. */
  GET_ID
}
