package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * How the task of a queue waits until the device has used something, as the queue's {@link
 * CompletionPolicy} says: it polls for a time, which may be none or for ever, and then sleeps until
 * the interrupt.
 *
 * <p>Where several tasks share the queue, one of them waits at a time. Their lock, which it holds,
 * is free while it pauses or sleeps, so that others submit and reap meanwhile; the wait ends when
 * one of them has reaped, too.
 */
final class CompletionWait {
  /** No end of a wait. */
  static final long FOREVER = Long.MAX_VALUE;

  /** After how many idle rounds a polling driver looks whether the device is still well. */
  private static final int HEALTH_CHECK_ROUNDS = 4096;

  /** From the last look of a careless driver until it asks for interrupts. */
  private static final long CARELESS_WINDOW_NS = 1_000;

  private final DiskQueue disk;
  private final Interrupts interrupts;
  private final Scheduler scheduler;
  private final Clock clock;
  private final EventLog.Track events;
  private final DriverStats stats;
  private final DriverCosts costs;
  private final RequestWatchdog watchdog;
  private final boolean timed;

  /** How long a wait polls; {@link #FOREVER}, or 0 when it sleeps at once. */
  private final long budgetNs;

  /** What interrupts are delayed by; null when they are not. */
  private final CompletionPolicy.@Nullable DelayedInterrupt delay;

  /** Whether it makes the mistake of {@link CompletionPolicy#CARELESS}. */
  private final boolean careless;

  /** {@link #HEALTH_CHECK_ROUNDS}, or 1 where a round ends only when something has happened. */
  private final int healthCheckRounds;

  private final RequestRing ring;

  private @Nullable Lock shared;

  /** Counts what can end a wait besides the device: reaping, and the end of a ring. */
  private long changes;

  /** Whether the device has been asked for an interrupt that somebody sleeps for. */
  private boolean asleep;

  /**
   * The wait of a queue.
   *
   * @param timed whether the time that polling takes is counted
   */
  CompletionWait(
      DiskQueue disk,
      Interrupts interrupts,
      Scheduler scheduler,
      EventLog.Track events,
      DriverStats stats,
      DriverCosts costs,
      RequestWatchdog watchdog,
      CompletionPolicy policy,
      boolean timed,
      RequestRing ring) {
    this.disk = disk;
    this.interrupts = interrupts;
    this.scheduler = scheduler;
    this.clock = scheduler.clock();
    this.events = events;
    this.stats = stats;
    this.costs = costs;
    this.watchdog = watchdog;
    this.timed = timed;
    this.ring = ring;
    this.delay = policy instanceof CompletionPolicy.DelayedInterrupt share ? share : null;
    this.budgetNs =
        switch (policy) {
          case CompletionPolicy.Spin() -> FOREVER;
          case CompletionPolicy.PollQueue() -> FOREVER;
          case CompletionPolicy.Hybrid(long nanoseconds) -> nanoseconds;
          case CompletionPolicy.Interrupt() -> 0;
          case CompletionPolicy.Careless() -> 0;
          case CompletionPolicy.DelayedInterrupt share -> 0;
        };
    this.careless = policy instanceof CompletionPolicy.Careless;
    this.healthCheckRounds =
        switch (scheduler) {
          case RealScheduler full -> HEALTH_CHECK_ROUNDS;
          case SimulatedScheduler simulated -> 1;
        };
  }

  /** All requests were taken from the ring: there is nothing to wait for any more. */
  void abandoned() {
    changes++;
    if (shared != null && asleep) {
      interrupts.wake(disk.number());
    }
  }

  /** There is a new ring in the place of the old one. */
  void renewed() {
    watchdog.looked();
  }

  /** From now on several tasks share the queue, and who waits holds their lock. */
  void share(Lock lock) {
    shared = lock;
  }

  /**
   * Moves a far event index on, for a task that reaps without having slept; but not while another
   * task sleeps for the interrupt that it asked for.
   */
  void reaped() {
    changes++;
    if (budgetNs > 0 && !asleep) {
      ring.queue().disableInterrupts();
    }
  }

  /**
   * Waits until the device has used something, or another task of a shared queue has reaped, or
   * taken all requests from the ring.
   *
   * @param deadline when the wait ends in any case; {@link #FOREVER} when it does not
   * @return false when it ended because of the deadline
   */
  boolean until(long deadline) {
    if (ring.queue().hasUsed()) {
      return true;
    }
    long before = changes;
    if (budgetNs > 0) {
      long end = budgetNs == FOREVER ? deadline : earlier(clock.nanoTime() + budgetNs, deadline);
      if (poll(end, before)) {
        return true;
      }
    }
    return !isOver(deadline) && sleep(deadline, before);
  }

  /**
   * Waits until a time, with nothing in the ring. Where tasks share the queue, another one may put
   * something there meanwhile, and rely on this wait.
   */
  void idle(long deadline) {
    if (shared == null) {
      scheduler.sleep(deadline - clock.nanoTime());
    } else {
      until(deadline);
    }
  }

  private static long earlier(long time, long deadline) {
    return deadline == FOREVER || time - deadline < 0 ? time : deadline;
  }

  private boolean isOver(long deadline) {
    return deadline != FOREVER && clock.nanoTime() - deadline >= 0;
  }

  private boolean poll(long end, long before) {
    long began = timed ? clock.nanoTime() : 0;
    int rounds = 0;
    boolean found = true;
    while (!ring.queue().hasUsed() && changes == before) {
      if (isOver(end)) {
        found = false;
        break;
      }
      rounds++;
      if (rounds % healthCheckRounds == 0) {
        disk.checkHealth();
        disk.refreshLimits();
      }
      costs.polled();
      pause(rounds, end);
    }
    stats.polled(rounds, timed ? clock.nanoTime() - began : 0);
    return found;
  }

  private void pause(int rounds, long end) {
    long next = end;
    if (watchdog.isOn()) {
      lookForStuckRequests();
      next = earlier(watchdog.nextLook(), end);
    }
    Lock lock = shared;
    if (lock != null) {
      lock.unlock();
    }
    try {
      if (next == FOREVER) {
        scheduler.pause(rounds);
      } else {
        scheduler.pause(rounds, next);
      }
    } finally {
      if (lock != null) {
        lock.lock();
      }
    }
  }

  private boolean sleep(long deadline, long before) {
    try {
      if (careless) {
        return sleepCarelessly(deadline);
      }
      while (!askForInterrupt()) {
        boolean interrupted = sleepOnce(deadline);
        if (changes != before) {
          return true;
        }
        if (!interrupted && isOver(deadline) && !ring.queue().hasUsed()) {
          return false;
        }
      }
      return true;
    } finally {
      asleep = false;
      ring.queue().disableInterrupts();
    }
  }

  private boolean sleepCarelessly(long deadline) {
    scheduler.spend(CARELESS_WINDOW_NS);
    // The answer says whether something is used already: here nobody listens.
    boolean unused = askForInterrupt();
    return sleepOnce(deadline) || unused || ring.queue().hasUsed();
  }

  /** Sleeps until the interrupt, or as long as patience lasts; says which. */
  private boolean sleepOnce(long deadline) {
    events.record(EventType.DRIVER_SLEEP, disk.number(), ring.slots().inUse());
    boolean interrupted = awaitInterrupt(deadline);
    events.record(EventType.DRIVER_WAKE, disk.number(), interrupted ? 1 : 0);
    if (interrupted) {
      acknowledge();
    }
    return interrupted;
  }

  /** Says whether something is used already. */
  private boolean askForInterrupt() {
    asleep = true;
    return delay == null
        ? ring.queue().enableInterrupts()
        : ring.queue().enableInterruptsAfter(delay.numerator(), delay.denominator());
  }

  private void acknowledge() {
    costs.interrupted();
    int reasons = interrupts.acknowledgeInterrupt(disk.number());
    if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
      disk.checkHealth();
      disk.refreshLimits();
    }
    if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
      stats.interrupted();
    }
  }

  /** Waits for an interrupt; false when the driver woke by itself. */
  private boolean awaitInterrupt(long deadline) {
    InterruptLine line = interrupts.line(disk.number());
    long end = deadline;
    if (watchdog.isOn()) {
      lookForStuckRequests();
      end = earlier(watchdog.nextLook(), deadline);
    }
    if (end == FOREVER) {
      await(line);
      return true;
    }
    long patience = end - clock.nanoTime();
    if (await(line, patience)) {
      return true;
    }
    if (patience > 0 && ring.queue().hasUsed()) {
      // The interrupt may come between the end of the wait and this look.
      if (line.consume()) {
        return true;
      }
      // One that is delayed need not have come.
      if (delay == null) {
        stats.interruptLost();
      }
    }
    return false;
  }

  private void await(InterruptLine line) {
    Lock lock = shared;
    if (lock == null) {
      line.await();
      return;
    }
    lock.unlock();
    try {
      line.await();
    } finally {
      lock.lock();
    }
  }

  private boolean await(InterruptLine line, long patience) {
    Lock lock = shared;
    if (lock == null) {
      return line.await(patience);
    }
    lock.unlock();
    try {
      return line.await(patience);
    } finally {
      lock.lock();
    }
  }

  /** When it is time: asks whether the device is well, and how long it has had its requests. */
  private void lookForStuckRequests() {
    if (watchdog.untilNextLook() <= 0 && !ring.queue().hasUsed()) {
      watchdog.looked();
      disk.checkHealth();
      watchdog.check(ring.slots(), disk.firstHeld());
      disk.repeatKick();
    }
  }
}
