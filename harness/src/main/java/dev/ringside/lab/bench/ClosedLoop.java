package dev.ringside.lab.bench;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockRequest;

/** Keeps a number of random reads in flight: what was reaped together is submitted together. */
final class ClosedLoop {
  private final BlockDevice device;
  private final RandomReads reads = new RandomReads();

  /** Requests that are not in flight, in the order in which they came back. */
  private final BlockRequest[] idle;

  private final long[] buffers;
  private int idleCount;

  ClosedLoop(BlockDevice device, int depth) {
    this.device = device;
    this.idle = new BlockRequest[depth];
    this.buffers = new long[depth];
    for (int i = 0; i < depth; i++) {
      buffers[i] = device.frames().allocate(RandomReads.BYTES);
      put(new BlockRequest().onCompletion(this::put));
    }
  }

  private void put(BlockRequest request) {
    idle[idleCount++] = request;
  }

  void run(int requests) {
    int left = requests;
    while (left > 0 || device.inFlight() > 0) {
      while (idleCount > 0 && left > 0) {
        submit(idle[--idleCount]);
        left--;
      }
      device.kick();
      if (device.reap() == 0) {
        device.await();
      }
    }
  }

  private void submit(BlockRequest request) {
    // The buffer of any request that is idle will do: nobody looks at the data.
    request.read(reads.nextSector()).segment(buffers[idleCount], RandomReads.BYTES);
    if (!device.submit(request)) {
      throw new IllegalStateException("the ring has no room for " + request);
    }
  }
}
