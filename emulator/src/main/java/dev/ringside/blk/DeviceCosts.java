package dev.ringside.blk;

import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.Scheduler;

/** Charges what the work of a queue's task costs. What costs nothing costs one branch. */
final class DeviceCosts {
  private static final long PICOSECONDS = 1000;

  private final Scheduler scheduler;
  private final long wakeNs;
  private final long pollNs;
  private final long chainNs;
  private final long descriptorNs;
  private final long copyPs;
  private final long usedNs;

  DeviceCosts(CostModel costs, Scheduler scheduler) {
    this.scheduler = scheduler;
    this.wakeNs = costs.of(Cost.WAKE);
    this.pollNs = costs.of(Cost.POLL);
    this.chainNs = costs.of(Cost.CHAIN);
    this.descriptorNs = costs.of(Cost.DESCRIPTOR);
    this.copyPs = costs.of(Cost.COPY);
    this.usedNs = costs.of(Cost.USED);
  }

  /** The task was woken. */
  void woke() {
    charge(wakeNs);
  }

  /** The task looked in vain. */
  void polled() {
    charge(pollNs);
  }

  /** Chains were taken from the ring. */
  void fetched(ServiceSlot[] batch, int count) {
    if (chainNs == 0 && descriptorNs == 0) {
      return;
    }
    long descriptors = 0;
    for (int i = 0; i < count; i++) {
      descriptors += batch[i].request().chain().descriptors();
    }
    charge(count * chainNs + descriptors * descriptorNs);
  }

  /** The data of a read or write is copied; on any task. */
  void copied(BlkRequest request) {
    if (copyPs != 0 && request.movesData()) {
      charge(request.bytes() * copyPs / PICOSECONDS);
    }
  }

  /** Used entries are published. */
  void publishes() {
    charge(usedNs);
  }

  private void charge(long nanoseconds) {
    if (nanoseconds != 0) {
      scheduler.spend(nanoseconds);
    }
  }
}
