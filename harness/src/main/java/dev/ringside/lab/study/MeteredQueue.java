package dev.ringside.lab.study;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.BlockDeviceException;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import dev.ringside.driver.DiskQueue;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.machine.Clock;

/**
 * A queue of the driver as a workload uses it: it tells the meter of arrivals, counts what failed,
 * and goes on with a device that broke, where that is part of the study.
 */
final class MeteredQueue {
  private static final int FRAMING = 2;

  private final VirtioBlkDriver driver;
  private final DiskQueue queue;
  private final RunMeter meter;
  private final BatchPolicy batching;
  private final boolean indirect;
  private final boolean recovers;
  private long buffers;
  private long submitted;
  private long failed;
  private long recoveries;

  /**
   * A queue.
   *
   * @param batching the queue's policy
   * @param indirect whether a chain takes one descriptor of the ring
   * @param recovers whether a broken device is brought up again; otherwise it ends the run
   */
  MeteredQueue(
      VirtioBlkDriver driver,
      DiskQueue queue,
      RunMeter meter,
      BatchPolicy batching,
      boolean indirect,
      boolean recovers) {
    this.batching = batching;
    this.driver = driver;
    this.queue = queue;
    this.meter = meter;
    this.indirect = indirect;
    this.recovers = recovers;
  }

  Clock clock() {
    return queue.clock();
  }

  DiskQueue queue() {
    return queue;
  }

  int inFlight() {
    return queue.inFlight();
  }

  /** A request arrived, and will be submitted after those before it. */
  void arrive(long time) {
    meter.arrive(queue.number(), time);
  }

  /** Submits a request that has arrived; false when the ring has no room. */
  boolean submit(BlockRequest request) {
    if (!queue.submit(request)) {
      return false;
    }
    submitted++;
    buffers += request.segments() + (request.ranges() > 0 ? 1 : 0);
    return true;
  }

  /** Submits a request that has arrived, as soon as there is room. */
  void submitInTime(BlockRequest request) {
    while (!submit(request)) {
      kick();
      reapOrAwait();
    }
  }

  private void kick() {
    queue.kick();
  }

  /**
   * The task has submitted all that it has, for now. A policy that decides by itself is not
   * overruled: it announces the rest when the task waits.
   */
  void endList() {
    switch (batching) {
      case BatchPolicy.EveryRequest() -> {}
      case BatchPolicy.CountOrTime policy -> {}
      case BatchPolicy.Adaptive policy -> {}
      case BatchPolicy.Every policy -> kick();
      case BatchPolicy.Plug policy -> kick();
      case BatchPolicy.OnLast() -> kick();
    }
  }

  /** Ends what is done; waits when nothing is. */
  void reapOrAwait() {
    try {
      if (queue.reap() == 0) {
        queue.await();
      }
    } catch (BlockDeviceException broken) {
      recover(broken);
    }
  }

  /** Ends what is done; waits until a time when nothing is. */
  void reapOrAwait(long deadline) {
    try {
      if (queue.reap() == 0) {
        queue.await(deadline);
      }
    } catch (BlockDeviceException broken) {
      recover(broken);
    }
  }

  private void recover(BlockDeviceException broken) {
    if (!recovers) {
      throw broken;
    }
    recoveries++;
    meter.withdraw(queue.number(), clock().nanoTime());
    driver.recover();
  }

  /** To be called with every request that ended. */
  void completed(BlockRequest request) {
    if (request.status() != BlockStatus.OK) {
      failed++;
    }
  }

  /** Descriptors of the ring that all requests took, one a chain with indirect tables. */
  long descriptors() {
    long chains = queue.stats().chains();
    return indirect ? chains : buffers + FRAMING * chains;
  }

  long submitted() {
    return submitted;
  }

  long failed() {
    return failed;
  }

  /** How often the device was brought up again, since it had requests for too long. */
  long recoveries() {
    return recoveries;
  }
}
