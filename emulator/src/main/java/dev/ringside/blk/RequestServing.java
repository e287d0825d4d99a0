package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.virtio.transport.VirtioFunction;
import org.jspecify.annotations.Nullable;

/**
 * Carries requests of one queue out, alone or with those that go along with them, on whichever task
 * has them: the queue's own, or a worker. What goes wrong with them, and what they cost, is part of
 * it.
 */
final class RequestServing {
  private final VirtioFunction function;
  private final DeviceCosts costs;
  private final @Nullable RequestFaults faults;

  /** How requests take time; null when they take none. */
  private final @Nullable DiskTime diskTime;

  RequestServing(
      VirtioFunction function,
      DeviceCosts costs,
      @Nullable RequestFaults faults,
      @Nullable DiskTime diskTime) {
    this.function = function;
    this.costs = costs;
    this.faults = faults;
    this.diskTime = diskTime;
  }

  /** A request that stands alone, at once. */
  void serve(BlkRequest request, EventLog.Track track) {
    if (faults != null) {
      faults.serve(request);
    }
    costs.copied(request);
    request.process(track);
  }

  /** A request and those that go along with it, whose time passes meanwhile. */
  void serveInTime(ServiceSlot first, EventLog.Track track) {
    if (diskTime == null) {
      serveTogether(first, track);
      return;
    }
    diskTime.arrive(first);
    diskTime.waitUntil(first.visit().begin());
    begin(first, track);
    diskTime.waitUntil(first.visit().end());
    carryOut(first, track);
  }

  /** A request and those that go along with it, at once. */
  void serveTogether(ServiceSlot first, EventLog.Track track) {
    begin(first, track);
    carryOut(first, track);
  }

  /** The first half: the disk turns to a request and those that go along with it. */
  void begin(ServiceSlot first, EventLog.Track track) {
    if (first.follower() != null && track.isOn()) {
      track.record(EventType.MERGE, first.request().chain().head(), RequestMerger.length(first));
    }
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      if (faults != null) {
        faults.serve(slot.request());
      }
      slot.request().begin(track);
    }
  }

  /** The second half: their data moves, and they are served. */
  void carryOut(ServiceSlot first, EventLog.Track track) {
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      costs.copied(slot.request());
    }
    if (first.follower() == null) {
      first.request().carryOut(track);
    } else {
      boolean merged = RequestMerger.transfer(first, function.memory().segment(), track);
      for (ServiceSlot slot = first; !merged && slot != null; slot = slot.follower()) {
        slot.request().carryOut(track);
      }
    }
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      slot.setServed(true);
    }
  }
}
