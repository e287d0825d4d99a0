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

  /** How often all that was started had ended. */
  private int epoch;

  IoBatch() {}

  /**
   * Counts how often the batch has become done: what is added while it says one number has ended
   * when it says another.
   */
  public int epoch() {
    return epoch;
  }

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
    if (isDone()) {
      epoch++;
    }
    if (request.status() != BlockStatus.OK && failure == null) {
      failure = request.status();
      failed = request.toString();
    }
  }
}
