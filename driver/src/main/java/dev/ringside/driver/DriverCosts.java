package dev.ringside.driver;

import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.Scheduler;

/** Charges what the work of a driver's queue costs. What costs nothing costs one branch. */
final class DriverCosts {
  private final Scheduler scheduler;
  private final long submitNs;
  private final long publishNs;
  private final long pollNs;
  private final long handlerNs;
  private final long completeNs;

  DriverCosts(CostModel costs, Scheduler scheduler) {
    this.scheduler = scheduler;
    this.submitNs = costs.of(Cost.SUBMIT);
    this.publishNs = costs.of(Cost.PUBLISH);
    this.pollNs = costs.of(Cost.POLL);
    this.handlerNs = costs.of(Cost.HANDLER);
    this.completeNs = costs.of(Cost.COMPLETE);
  }

  /** The chains of so many requests were built. */
  void submitted(int requests) {
    charge(submitNs * requests);
  }

  /** Chains were published without a notification. */
  void published() {
    charge(publishNs);
  }

  /** The driver looked in vain. */
  void polled() {
    charge(pollNs);
  }

  /** An interrupt has come. */
  void interrupted() {
    charge(handlerNs);
  }

  /** So many requests were reaped. */
  void reaped(int requests) {
    charge(completeNs * requests);
  }

  private void charge(long nanoseconds) {
    if (nanoseconds != 0) {
      scheduler.spend(nanoseconds);
    }
  }
}
