package dev.ringside.blk;

import dev.ringside.virtio.queue.DeviceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The way back of a queue's requests: from whoever has processed them, in the order in which they
 * are given back, into the used ring. Workers call {@link #putProcessed}; all else is for the
 * queue's own task.
 */
final class Completions {
  private final DeviceQueue queue;
  private final @Nullable RequestFaults faults;
  private final boolean inOrder;

  /** Where slots go whose requests were given back. */
  private final ArrayDeque<ServiceSlot> free;

  /** What workers have done with. */
  private final Queue<ServiceSlot> processed;

  /**
   * With IN_ORDER, the requests that were taken and not given back, in the order of the ring. One
   * that a fault plan keeps stays, and keeps those behind it.
   */
  private final ArrayDeque<ServiceSlot> order = new ArrayDeque<>();

  /** Without IN_ORDER, the requests that a fault plan keeps. */
  private final List<ServiceSlot> held = new ArrayList<>();

  /** Requests that are left behind for another service. */
  private final List<InFlight> unserved = new ArrayList<>();

  /** Requests that are expected and have not come back. */
  private int outstanding;

  /**
   * Nothing is on its way.
   *
   * @param free takes the slots whose requests were given back
   */
  Completions(DeviceQueue queue, @Nullable RequestFaults faults, ArrayDeque<ServiceSlot> free) {
    this.queue = queue;
    this.faults = faults;
    this.inOrder = queue.inOrder();
    this.free = free;
    this.processed = new MpscAtomicArrayQueue<>(Math.max(2, queue.size()));
  }

  /** A request is to be processed, and comes back by {@link #putProcessed}. */
  void expect(ServiceSlot slot) {
    slot.setServed(false);
    outstanding++;
    if (inOrder) {
      order.add(slot);
    }
  }

  /** A fault plan keeps a request, for as long as there is one. */
  void hold(ServiceSlot slot) {
    slot.hold();
    if (inOrder) {
      order.add(slot);
    } else {
      held.add(slot);
    }
  }

  /** A request was carried out by a service before this one. */
  void takeOverDone(ServiceSlot slot) {
    if (inOrder) {
      slot.setServed(true);
      slot.setReturned(true);
      order.add(slot);
    } else {
      finish(slot);
    }
  }

  /** A request and those that go along with it come back, carried out or not. On any task. */
  void putProcessed(ServiceSlot first) {
    for (ServiceSlot slot = first; slot != null; ) {
      ServiceSlot next = slot.follower();
      slot.separate();
      processed.add(slot);
      slot = next;
    }
  }

  /** Puts what came back, and waits for none before it, into the used ring. */
  void takeProcessed() {
    for (ServiceSlot slot = processed.poll(); slot != null; slot = processed.poll()) {
      outstanding--;
      slot.setReturned(true);
      if (inOrder) {
        continue;
      }
      if (slot.isServed()) {
        settle(slot);
      } else {
        unserved.add(new InFlight(slot.request(), InFlight.Stage.WAITING));
      }
    }
    // With IN_ORDER a request waits for those before it. What a worker still has is not looked at:
    // only what has come back is this task's.
    for (ServiceSlot slot = order.peek(); slot != null && isDone(slot); slot = order.peek()) {
      settle(order.remove());
    }
  }

  private static boolean isDone(ServiceSlot slot) {
    return slot.isReturned() && slot.isServed();
  }

  private void settle(ServiceSlot slot) {
    slot.setServed(false);
    slot.setReturned(false);
    finish(slot);
    free.push(slot);
  }

  /** Puts a request that was carried out into the used ring, unpublished. */
  void finish(ServiceSlot slot) {
    BlkRequest request = slot.request();
    if (faults == null) {
      queue.addUsed(request.chain(), request.complete());
    } else {
      faults.giveBack(queue, request);
    }
  }

  /** Whether everything that was expected has come back, if not been taken yet. */
  boolean areAllBack() {
    return outstanding <= processed.size();
  }

  /** Leaves what was not given back to another service. */
  void leave() {
    for (ServiceSlot slot : order) {
      unserved.add(new InFlight(slot.request(), stage(slot)));
    }
    for (ServiceSlot slot : held) {
      unserved.add(new InFlight(slot.request(), stage(slot)));
    }
  }

  private static InFlight.Stage stage(ServiceSlot slot) {
    if (slot.isHeld()) {
      return InFlight.Stage.HELD;
    }
    return isDone(slot) ? InFlight.Stage.DONE : InFlight.Stage.WAITING;
  }

  /** What {@link #leave} has left; with IN_ORDER in the order of the ring. */
  List<InFlight> unserved() {
    return unserved;
  }
}
