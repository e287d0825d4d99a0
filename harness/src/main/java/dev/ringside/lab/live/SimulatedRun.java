package dev.ringside.lab.live;

import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.Faults;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.storage.NullStorage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run in simulated time that is always halted, at its start or at an event, while nobody lets it
 * advance. The same settings lead to the same state at the same event. One thread at a time uses
 * it.
 */
final class SimulatedRun implements AutoCloseable {
  private static final long SECTORS = 1L << 21;

  private final LiveSettings settings;
  private final RunHash hash = new RunHash();
  private final SimulatedScheduler scheduler;
  private @Nullable VirtualMachine machine;
  private @Nullable RunTracker tracker;
  private long haltAt;
  private @Nullable EventType haltOn;

  /** Starts the machine; its first request is still to come. */
  SimulatedRun(LiveSettings settings) {
    this.settings = settings;
    RandomStreams streams = new RandomStreams(settings.number(LiveSetting.SEED));
    this.scheduler = new SimulatedScheduler(streams, hash);
    EventLog events = EventLog.streaming(scheduler.clock(), hash, this::event);
    boolean started = false;
    try {
      scheduler.run(() -> body(streams, events));
      started = true;
    } finally {
      if (!started) {
        free();
      }
    }
  }

  private void body(RandomStreams streams, EventLog events) {
    FaultPlan plan = settings.faults();
    Faults faults = plan.isEmpty() ? null : new Faults(plan, streams, scheduler, events);
    VirtualMachine started =
        VirtualMachine.start(
            settings.machine(), new NullStorage(SECTORS), scheduler, events, faults);
    machine = started;
    tracker =
        new RunTracker(
            new CurrentRing(started),
            settings.isInOrder(),
            settings.count(LiveSetting.QUEUE_SIZE),
            settings.count(LiveSetting.QUEUE_DEPTH),
            scheduler.clock().nanoTime());
    scheduler.halt();
    new ClosedLoop(started.disk(), scheduler, settings, streams, _ -> {}).run(() -> true);
  }

  private void event(long time, EventLog.Track track, EventType type, long first, long second) {
    RunTracker following = tracker;
    if (following == null) {
      return;
    }
    following.event(time, track, type, first, second);
    if (following.events() >= haltAt || type == haltOn) {
      scheduler.halt();
    }
  }

  private RunTracker following() {
    return Objects.requireNonNull(tracker);
  }

  /** How many events have happened. */
  long events() {
    return following().events();
  }

  /**
   * Lets the run go on up to an event.
   *
   * @param event where it halts; not before the present one
   * @throws IllegalStateException when a task of the run failed
   */
  void advanceTo(long event) {
    advance(event, null);
  }

  /**
   * Lets the run go on until something happens.
   *
   * @param limit the event at which it halts in any case
   * @return whether it did happen
   */
  boolean advanceUntil(Moment moment, long limit) {
    long before = latest(moment);
    advance(limit, moment.type());
    return latest(moment) > before;
  }

  private long latest(Moment moment) {
    return following().latest(moment.type());
  }

  private void advance(long event, @Nullable EventType type) {
    if (events() < event) {
      haltAt = event;
      haltOn = type;
      scheduler.proceed();
    }
  }

  /** The event of the last such moment before the present event, or 0 when there is none. */
  long lastBefore(Moment moment) {
    return following().lastBefore(moment.type());
  }

  /** What there is to see. */
  RunState state() {
    return following().state(hash.toString());
  }

  /** Gives the run up, and its memory back. */
  @Override
  public void close() {
    if (scheduler.isHalted()) {
      scheduler.abandon();
    }
    free();
  }

  private void free() {
    VirtualMachine started = machine;
    machine = null;
    if (started != null) {
      started.disk().memory().close();
    }
  }
}
