package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one queue's requests to the device: each is checked, written into the ring or
 * gathered, held back, and announced when the {@link BatchPolicy} says so or the caller kicks.
 */
final class Submission {
  private final int number;
  private final RequestRing ring;
  private final ChainWriter writer;
  private final DeviceRegisters registers;
  private final Clock clock;
  private final EventLog.Track events;
  private final DriverStats stats;
  private final DriverCosts costs;
  private final RequestWatchdog watchdog;
  private final Batching batching;
  private final boolean timestamps;

  /** Null unless requests gather outside of the ring. */
  private final @Nullable RequestPlug plug;

  /** As this queue's task knows them; a volatile field would cost 12 ns with every request. */
  private BlockLimits limits;

  /** Requests that have not been announced. */
  private int held;

  /** When the first of them was submitted; 0 without timestamps. */
  private long heldSince;

  /** Chains in the ring that have not been published. */
  private int unpublished;

  /** Counts requests. */
  private long submissions;

  Submission(
      int number,
      RequestRing ring,
      ChainWriter writer,
      DeviceRegisters registers,
      Clock clock,
      EventLog.Track events,
      DriverStats stats,
      DriverCosts costs,
      RequestWatchdog watchdog,
      BatchPolicy policy,
      boolean timestamps,
      BlockLimits limits) {
    this.number = number;
    this.ring = ring;
    this.writer = writer;
    this.registers = registers;
    this.clock = clock;
    this.events = events;
    this.stats = stats;
    this.costs = costs;
    this.watchdog = watchdog;
    this.batching = new Batching(policy);
    this.timestamps = timestamps;
    this.limits = limits;
    this.plug =
        policy instanceof BatchPolicy.Plug(int limit)
            ? new RequestPlug(Math.min(limit, ring.queue().size()))
            : null;
  }

  BlockLimits limits() {
    return limits;
  }

  /** The limits have changed. */
  void setLimits(BlockLimits now) {
    limits = now;
  }

  /**
   * Puts a request into the ring, or to those that go there together.
   *
   * @return false when there is no room
   */
  boolean put(BlockRequest request) {
    RequestRules.check(request, limits);
    if (plug != null) {
      return gather(plug, request);
    }
    if (!writer.hasRoom(RequestRules.buffers(request))) {
      return hasNoRoom();
    }
    long now = timestamps ? clock.nanoTime() : 0;
    writer.write(request, now);
    unpublished++;
    hold(request, now);
    if (batching.isFull(held)) {
      announce();
    } else if (batching.looksFurther()
        && batching.isDueAfterSubmit(held, outstanding(), timestamps ? now : clock.nanoTime())) {
      announce();
    }
    return true;
  }

  private boolean hasNoRoom() {
    events.record(EventType.RING_FULL, number, ring.slots().inUse());
    return false;
  }

  private void hold(BlockRequest request, long now) {
    if (held == 0) {
      heldSince = now;
    }
    held++;
    ring.submitted();
    request.submitted(now, submissions++);
  }

  /** Submits a request that goes into the ring with others, and may become one chain with them. */
  private boolean gather(RequestPlug gathered, BlockRequest request) {
    int own = RequestRules.buffers(request);
    if (!writer.hasRoom(gathered, own)) {
      // They may take less than one chain each.
      publish();
      if (!writer.hasRoom(own)) {
        return hasNoRoom();
      }
    }
    long now = timestamps ? clock.nanoTime() : 0;
    boolean beside = gathered.takes(request);
    if (!beside) {
      unpublished += writer.write(gathered, limits, now);
      beside = gathered.takes(request);
    }
    if (beside) {
      gathered.add(request);
    } else {
      writer.write(request, now);
      unpublished++;
    }
    hold(request, now);
    if (batching.isFull(held)) {
      publish();
    }
    return true;
  }

  /** Announces what is held because the policy says so, which learns from it. */
  private void announce() {
    batching.announced(held, outstanding());
    publish();
  }

  /** Requests that the device knows; not with a plug. */
  private int outstanding() {
    return ring.slots().inUse() - held;
  }

  /** Tells the device of what is held. */
  void publish() {
    if (held == 0) {
      return;
    }
    int requests = held;
    held = 0;
    if (plug != null) {
      unpublished += writer.write(plug, limits, timestamps ? clock.nanoTime() : 0);
      stats.plugFlushed(requests);
    }
    if (watchdog.isOn()) {
      watchdog.announced(ring.slots(), submissions - requests, heldSince);
    }
    costs.submitted(unpublished);
    unpublished = 0;
    DriverQueue queue = ring.queue();
    int batch = queue.publish();
    stats.published(batch, requests);
    events.record(EventType.PUBLISH_AVAILABLE, number, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.recordAgain(EventType.KICK, number, batch);
      registers.notifyQueue(number, queue.position());
    } else {
      stats.kickSuppressed();
      events.recordAgain(EventType.SUPPRESS_KICK, number, batch);
      costs.published();
    }
  }

  /** The task has reaped, which may be the time to announce what is held. */
  void reaped() {
    if (held > 0
        && batching.looksFurther()
        && batching.isDueAfterReap(outstanding(), clock.nanoTime())) {
      announce();
    }
  }

  /**
   * Announces what is held when the policy says so for a task that waits, which may be after a part
   * of the wait.
   *
   * @return whether the wait is over, as something was used meanwhile
   */
  boolean announceBefore(CompletionWait wait, long deadline) {
    if (held == 0) {
      return false;
    }
    if (batching.isTimed()) {
      long due = Math.min(batching.due(), deadline);
      if (wait.until(due)) {
        return true;
      }
      if (due == deadline) {
        return false;
      }
    }
    if (batching.isTimed() || batching.isDueBeforeWait(outstanding())) {
      announce();
    }
    return false;
  }

  /** Notifies the device of nothing new: an earlier notification may have been lost. */
  void repeatKick() {
    stats.kickRepeated();
    registers.notifyQueue(number, ring.queue().position());
  }

  /** The {@link BlockRequest#order} that all requests have which are held. */
  long firstHeld() {
    return submissions - held;
  }

  /**
   * Forgets what is held: the ring was reset.
   *
   * @return requests that were not written into it
   */
  List<BlockRequest> withdraw() {
    held = 0;
    unpublished = 0;
    List<BlockRequest> gathered = new ArrayList<>();
    if (plug != null) {
      plug.withdrawInto(gathered);
    }
    return gathered;
  }
}
