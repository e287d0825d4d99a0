package dev.ringside.driver;

/** How a {@link BlockRequest} ended. */
public enum BlockStatus {
  /** It has not ended, or was never submitted. */
  PENDING,
  OK,
  IO_ERROR,
  /** The device does not know the request. */
  UNSUPPORTED,
  /** The zone's type, state or bounds do not allow the request. */
  ZONE_INVALID,
  /** A write to a sequential zone elsewhere than at its write pointer. */
  ZONE_UNALIGNED,
  /** As many zones are open as can be. */
  ZONE_TOO_MANY_OPEN,
  /** As many zones are active as can be. */
  ZONE_TOO_MANY_ACTIVE
}
