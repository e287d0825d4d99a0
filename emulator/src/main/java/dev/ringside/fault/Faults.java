package dev.ringside.fault;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.Scheduler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FaultPlan} in force: decides on every occasion what goes wrong, and counts. Any task
 * asks. In simulated time the same seed and plan give the same faults; at full speed they do so far
 * as occasions come in the same order.
 *
 * <p>Each rule draws from a stream of its own, named by the rule's {@code stream} clause or else by
 * its text, so that another rule in the plan does not shift it. Rules that name the same stream
 * draw the same numbers.
 */
public final class Faults {
  private static final Origin NO_ORIGIN = new Origin(Occasion.UNKNOWN, Occasion.UNKNOWN);

  private final FaultPlan plan;
  private final List<FaultDecider> deciders = new ArrayList<>();
  private final Group<StorageEffect> storage;
  private final Group<RequestEffect> request;
  private final Group<UsedEffect> used;
  private final Group<KickEffect> kick;
  private final Group<InterruptEffect> interrupt;
  private final ThreadLocal<Origin> origin = ThreadLocal.withInitial(() -> NO_ORIGIN);
  private final EventLog.Track events;
  private final ReentrantLock eventsLock = new ReentrantLock();

  /**
   * Puts a plan into force, from now on.
   *
   * @param streams where chance comes from
   * @param scheduler whose clock the plan's times are on
   * @param log notes every fault
   */
  public Faults(FaultPlan plan, RandomStreams streams, Scheduler scheduler, EventLog log) {
    this.plan = plan;
    this.events = log.track("faults");
    Map<String, Integer> seen = new HashMap<>();
    for (FaultRule rule : plan.rules()) {
      String text = rule.toString();
      int copy = seen.merge(text, 1, Integer::sum);
      // Two lines that are alike draw different numbers.
      String own = copy == 1 ? text : text + " #" + copy;
      String stream = "fault " + rule.selector().stream().orElse(own);
      deciders.add(
          new FaultDecider(deciders.size() + 1, rule, streams.stream(stream), scheduler.clock()));
    }
    storage = new Group<>(StorageEffect.class);
    request = new Group<>(RequestEffect.class);
    used = new Group<>(UsedEffect.class);
    kick = new Group<>(KickEffect.class);
    interrupt = new Group<>(InterruptEffect.class);
  }

  /** The plan that is in force. */
  public FaultPlan plan() {
    return plan;
  }

  /** Says whose request the calling task passes to the storage from now on. */
  public void serve(int queue, int tag) {
    if (!storage.deciders.isEmpty()) {
      origin.set(new Origin(queue, tag));
    }
  }

  /**
   * The storage is asked for something.
   *
   * @param sectors that the request touches; null for a flush
   */
  public List<Firing<StorageEffect>> onStorage(
      FaultOperation operation, @Nullable SectorRange sectors) {
    if (storage.deciders.isEmpty()) {
      return List.of();
    }
    Origin from = origin.get();
    return storage.decide(new Occasion(operation, sectors, from.queue, from.tag));
  }

  /** The device has taken a request from a queue. */
  public List<Firing<RequestEffect>> onRequest(
      FaultOperation operation, @Nullable SectorRange sectors, int queue, int tag) {
    return request.decide(new Occasion(operation, sectors, queue, tag));
  }

  /** The device gives a request back. */
  public List<Firing<UsedEffect>> onUsed(
      FaultOperation operation, @Nullable SectorRange sectors, int queue, int tag) {
    return used.decide(new Occasion(operation, sectors, queue, tag));
  }

  /** The driver notifies the device. */
  public List<Firing<KickEffect>> onKick(int queue) {
    return kick.decide(new Occasion(FaultOperation.KICK, null, queue, Occasion.UNKNOWN));
  }

  /** The device interrupts the driver for used chains. */
  public List<Firing<InterruptEffect>> onInterrupt(int queue) {
    return interrupt.decide(new Occasion(FaultOperation.INTERRUPT, null, queue, Occasion.UNKNOWN));
  }

  /** How often every rule came into question and fired so far, in the order of the plan. */
  public List<FaultCount> report() {
    return deciders.stream().map(FaultDecider::count).toList();
  }

  private void note(int number, long count) {
    if (events.isOn()) {
      // A track takes one task at a time, and several meet here.
      eventsLock.lock();
      try {
        events.record(EventType.FAULT, number, count);
      } finally {
        eventsLock.unlock();
      }
    }
  }

  private record Origin(int queue, int tag) {}

  /** The rules that can fire at one place. */
  private final class Group<E extends FaultEffect> {
    private final Class<E> type;
    private final List<FaultDecider> deciders;

    Group(Class<E> type) {
      this.type = type;
      this.deciders =
          Faults.this.deciders.stream()
              .filter(decider -> type.isInstance(decider.rule().effect()))
              .toList();
    }

    List<Firing<E>> decide(Occasion occasion) {
      List<Firing<E>> firings = List.of();
      for (FaultDecider decider : deciders) {
        long count = decider.decide(occasion);
        if (count > 0) {
          note(decider.number(), count);
          if (firings.isEmpty()) {
            firings = new ArrayList<>();
          }
          firings.add(firing(decider, occasion));
        }
      }
      return firings;
    }

    private Firing<E> firing(FaultDecider decider, Occasion occasion) {
      SectorRange touched = occasion.sectors() == null ? SectorRange.ALL : occasion.sectors();
      SectorRange selected = decider.rule().selector().sectors().orElse(SectorRange.ALL);
      return new Firing<>(
          type.cast(decider.rule().effect()), touched.intersection(selected), decider.draw());
    }
  }
}
