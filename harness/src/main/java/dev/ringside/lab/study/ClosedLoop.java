package dev.ringside.lab.study;

import dev.ringside.machine.Scheduler;

/**
 * Keeps a number of requests going. Either a batch is submitted and all of it awaited, or each
 * completion is followed by another request.
 */
final class ClosedLoop {
  private final MeteredQueue queue;
  private final RequestSource source;
  private final Scheduler scheduler;
  private final int depth;
  private final long thinkNs;
  private final long buffer;
  private final RequestPool pool;

  /**
   * A loop.
   *
   * @param depth requests in flight, at most what the ring takes
   * @param thinkNs pause between a completion and what follows it
   * @param buffer guest memory that all requests share: nobody looks at their data
   */
  ClosedLoop(
      MeteredQueue queue,
      RequestSource source,
      Scheduler scheduler,
      int depth,
      long thinkNs,
      long buffer) {
    this.queue = queue;
    this.source = source;
    this.scheduler = scheduler;
    this.depth = depth;
    this.thinkNs = thinkNs;
    this.buffer = buffer;
    this.pool = new RequestPool(queue, depth);
  }

  /** Waits for all of a batch before the next one. */
  void runInBatches() {
    while (source.hasNext()) {
      long now = queue.clock().nanoTime();
      for (int i = 0; i < depth && source.hasNext(); i++) {
        submit(now);
      }
      queue.endList();
      while (queue.inFlight() > 0) {
        queue.reapOrAwait();
      }
      if (source.hasNext()) {
        scheduler.sleep(thinkNs);
      }
    }
  }

  private void submit(long arrival) {
    if (pool.isEmpty()) {
      throw new IllegalStateException("all requests are in flight");
    }
    queue.arrive(arrival);
    var request = pool.take();
    source.fill(request, buffer);
    queue.submitInTime(request);
  }

  /** Submits another request for each that ends. */
  void runRefilling() {
    LongFifo endings = pool.endings();
    long now = queue.clock().nanoTime();
    for (int i = 0; i < depth; i++) {
      endings.add(now - thinkNs);
    }
    while (source.hasNext() || queue.inFlight() > 0) {
      now = queue.clock().nanoTime();
      boolean submitted = false;
      while (source.hasNext() && !endings.isEmpty() && endings.first() + thinkNs <= now) {
        submit(endings.take() + thinkNs);
        submitted = true;
      }
      if (submitted) {
        queue.endList();
      }
      if (source.hasNext() && !endings.isEmpty()) {
        queue.reapOrAwait(endings.first() + thinkNs);
      } else {
        queue.reapOrAwait();
      }
    }
  }
}
