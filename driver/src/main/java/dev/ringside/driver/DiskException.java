package dev.ringside.driver;

import java.io.IOException;

/** A call on a disk has failed; the disk itself may be well. */
public final class DiskException extends IOException {
  private static final long serialVersionUID = 1L;

  private final BlockStatus status;

  DiskException(BlockRequest request) {
    super("the disk answered " + request);
    this.status = request.status();
  }

  /** The device cannot take a request. */
  DiskException(BlockRequest request, RuntimeException cause) {
    super("the disk cannot take %s: %s".formatted(request, cause.getMessage()), cause);
    this.status = BlockStatus.IO_ERROR;
  }

  /** How the first of the call's requests ended that failed. */
  public BlockStatus status() {
    return status;
  }
}
