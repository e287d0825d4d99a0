package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockCompletion;
import dev.ringside.driver.BlockRequest;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A request of the driver's, and the batch that it is part of at the moment. */
final class IoRequest implements BlockCompletion {
  final BlockRequest request = new BlockRequest().onCompletion(this);
  private final ArrayDeque<IoRequest> idle;
  @Nullable IoBatch batch;

  IoRequest(ArrayDeque<IoRequest> idle) {
    this.idle = idle;
  }

  @Override
  public void completed(BlockRequest ended) {
    IoBatch owner = batch;
    batch = null;
    idle.add(this);
    if (owner != null) {
      owner.ended(ended);
    }
  }
}
