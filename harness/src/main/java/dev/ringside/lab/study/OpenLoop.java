package dev.ringside.lab.study;

import dev.ringside.driver.BlockRequest;
import java.util.ArrayDeque;

/**
 * Submits requests when they arrive, whatever became of those before. What finds no room in the
 * ring waits in front of it.
 */
final class OpenLoop {
  private final MeteredQueue queue;
  private final RequestSource source;
  private final long buffer;
  private final ArrayDeque<BlockRequest> free = new ArrayDeque<>();

  /**
   * A loop.
   *
   * @param buffer guest memory that all requests share: nobody looks at their data
   */
  OpenLoop(MeteredQueue queue, RequestSource source, long buffer) {
    this.queue = queue;
    this.source = source;
    this.buffer = buffer;
  }

  void run() {
    long start = queue.clock().nanoTime();
    while (source.hasNext() || queue.inFlight() > 0) {
      boolean submitted = false;
      while (source.hasNext() && start + source.nextTime() <= queue.clock().nanoTime()) {
        queue.arrive(start + source.nextTime());
        BlockRequest request = free.isEmpty() ? newRequest() : free.pop();
        source.fill(request, buffer);
        queue.submitInTime(request);
        submitted = true;
      }
      if (submitted) {
        queue.endList();
      }
      if (source.hasNext()) {
        queue.reapOrAwait(start + source.nextTime());
      } else if (queue.inFlight() > 0) {
        queue.reapOrAwait();
      }
    }
  }

  private BlockRequest newRequest() {
    return new BlockRequest()
        .onCompletion(
            request -> {
              queue.completed(request);
              free.push(request);
            });
  }
}
