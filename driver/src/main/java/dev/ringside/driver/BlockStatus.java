package dev.ringside.driver;

/** How a {@link BlockRequest} ended. */
public enum BlockStatus {
  /** It has not ended, or was never submitted. */
  PENDING,
  OK,
  IO_ERROR,
  /** The device does not know the request. */
  UNSUPPORTED
}
