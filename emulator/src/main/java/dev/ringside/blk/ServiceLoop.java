package dev.ringside.blk;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WakeUp;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.RingViolationException;
import org.jspecify.annotations.Nullable;

/**
 * How a queue's task goes from one round of its {@link QueueService} to the next, as the {@link
 * WaitPolicy} says: it sleeps until it is kicked, looks all the time, or first the one and then the
 * other.
 */
final class ServiceLoop {
  private final QueueService service;
  private final int number;
  private final DeviceQueue queue;
  private final QueueInterrupts interrupts;

  /** Null when no time of requests passes on this task. */
  private final @Nullable TimedService timed;

  private final WakeUp wakeUp;
  private final DeviceCosts costs;
  private final Scheduler scheduler;
  private final EventLog.Track events;

  /** Whether chains waited when the service began, whose notification may be long gone. */
  private final boolean lateStart;

  ServiceLoop(
      QueueService service,
      int number,
      DeviceQueue queue,
      QueueInterrupts interrupts,
      @Nullable TimedService timed,
      WakeUp wakeUp,
      DeviceCosts costs,
      Scheduler scheduler,
      EventLog.Track events,
      boolean lateStart) {
    this.service = service;
    this.number = number;
    this.queue = queue;
    this.interrupts = interrupts;
    this.timed = timed;
    this.wakeUp = wakeUp;
    this.costs = costs;
    this.scheduler = scheduler;
    this.events = events;
    this.lateStart = lateStart;
  }

  /**
   * Serves the queue for as long as it goes on.
   *
   * @throws RingViolationException when the driver's side of the ring is broken
   */
  void run(WaitPolicy policy) throws RingViolationException {
    switch (policy) {
      case WaitPolicy.Sleep() -> serveAsleep();
      case WaitPolicy.Careless(long windowNs) -> serveCarelessly(windowNs);
      case WaitPolicy.Poll() -> servePolling();
      case WaitPolicy.Adaptive adaptive -> serveAdaptively(new AdaptivePolling(adaptive));
    }
  }

  private void serveAsleep() throws RingViolationException {
    if (!lateStart) {
      sleep();
    }
    while (service.goesOn()) {
      service.takeAvailable();
      while (queue.enableKicks()) {
        service.takeAvailable();
      }
      service.giveBack();
      // Not another look: a chain found before its notification would take that from the driver.
      sleep();
    }
  }

  /** As {@link #serveAsleep}, with the mistake of {@link WaitPolicy.Careless}. */
  private void serveCarelessly(long windowNs) throws RingViolationException {
    while (service.goesOn()) {
      service.takeAvailable();
      service.giveBack();
      scheduler.spend(windowNs);
      // The answer says whether something is available already: here nobody listens.
      boolean unused = queue.enableKicks();
      sleep();
    }
  }

  private void servePolling() throws RingViolationException {
    int idleRounds = 0;
    while (service.goesOn()) {
      if (work()) {
        idleRounds = 0;
      } else {
        idleRounds++;
        costs.polled();
        pause(idleRounds, InterruptCoalescer.NEVER);
      }
      interrupts.raiseIfDue();
    }
  }

  private void serveAdaptively(AdaptivePolling learnt) throws RingViolationException {
    Clock clock = scheduler.clock();
    long idleSince = clock.nanoTime();
    int idleRounds = 0;
    while (service.goesOn()) {
      if (work()) {
        if (idleRounds > 0) {
          learnt.workCame(clock.nanoTime() - idleSince);
        }
        idleRounds = 0;
        idleSince = clock.nanoTime();
      } else {
        idleRounds++;
        long sleepAt = idleSince + learnt.limitNs();
        if (clock.nanoTime() < sleepAt) {
          costs.polled();
          pause(idleRounds, sleepAt);
        } else if (!queue.enableKicks()) {
          sleep();
        }
      }
      interrupts.raiseIfDue();
    }
  }

  /** Takes what is available and gives back what is done; says whether there was any of it. */
  private boolean work() throws RingViolationException {
    boolean taken = service.takeAvailable();
    return service.giveBack() || taken;
  }

  /** One idle round of polling, which ends at a time at the latest. */
  private void pause(int idleRounds, long deadline) {
    long end = Math.min(deadline, nextDue());
    if (end == InterruptCoalescer.NEVER) {
      scheduler.pause(idleRounds);
    } else {
      scheduler.pause(idleRounds, end);
    }
  }

  /** When an interrupt that is held back, or a request that the disk has, needs this task next. */
  private long nextDue() {
    return timed == null ? interrupts.due() : Math.min(interrupts.due(), timed.due());
  }

  /**
   * Sleeps until it is kicked. An interrupt whose time comes meanwhile is raised in between, and
   * what the disk is done with is given back: that is no look at the ring, and notifications stay
   * asked for.
   */
  private void sleep() {
    events.record(EventType.DEVICE_SLEEP, number, 0);
    boolean woken = false;
    for (long due = nextDue(); due != InterruptCoalescer.NEVER && !woken; due = nextDue()) {
      woken = wakeUp.await(scheduler, due - scheduler.clock().nanoTime());
      interrupts.raiseIfDue();
      if (timed != null && !woken) {
        service.giveBack();
      }
    }
    if (!woken) {
      wakeUp.await();
    }
    events.record(EventType.DEVICE_WAKE, number, 0);
    costs.woke();
  }
}
