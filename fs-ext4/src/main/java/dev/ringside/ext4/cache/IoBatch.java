package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import org.jspecify.annotations.Nullable;

/**
 * Requests that were given to the disk together, and are waited for together. Made by {@link
 * DiskIo}; serves any number of batches, one after the other.
 */
public final class IoBatch {
  int outstanding;
  @Nullable BlockStatus failure;
  String failed = "";

  /** The request that still grows: what continues it on the disk becomes a segment of it. */
  @Nullable IoRequest growing;

  IoBatch() {}

  /** Whether all that was started has ended; what still grows has not been started. */
  public boolean isDone() {
    return outstanding == 0 && growing == null;
  }

  /** Whether a request failed since the last wait. */
  public boolean hasFailed() {
    return failure != null;
  }

  void ended(BlockRequest request) {
    outstanding--;
    if (request.status() != BlockStatus.OK && failure == null) {
      failure = request.status();
      failed = request.toString();
    }
  }
}
