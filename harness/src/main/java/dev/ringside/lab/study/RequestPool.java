package dev.ringside.lab.study;

import dev.ringside.driver.BlockRequest;

/** Requests that are not in flight; each comes back when it ends. */
final class RequestPool {
  private final MeteredQueue queue;
  private final BlockRequest[] free;
  private final LongFifo endings = new LongFifo();
  private int count;

  RequestPool(MeteredQueue queue, int size) {
    this.queue = queue;
    this.free = new BlockRequest[size];
    for (int i = 0; i < size; i++) {
      free[i] = new BlockRequest().onCompletion(this::completed);
    }
    count = size;
  }

  private void completed(BlockRequest request) {
    queue.completed(request);
    free[count++] = request;
    endings.add(queue.clock().nanoTime());
  }

  boolean isEmpty() {
    return count == 0;
  }

  BlockRequest take() {
    return free[--count];
  }

  /** When requests ended, the oldest first. */
  LongFifo endings() {
    return endings;
  }
}
