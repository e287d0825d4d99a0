package dev.ringside.machine;

/** The guest has no run of free frames as long as was asked for. */
public final class GuestOutOfMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Builds the message.
   *
   * @param requested in bytes
   * @param free in bytes, in all runs together
   */
  public GuestOutOfMemoryException(long requested, long free) {
    super("no %d contiguous bytes of guest RAM (%d bytes are free)".formatted(requested, free));
  }
}
