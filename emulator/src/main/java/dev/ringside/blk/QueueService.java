package dev.ringside.blk;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.transport.VirtioFunction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The task that serves one virtqueue: takes everything that is available, has it processed, and
 * gives everything that is done back with one publish and at most one interrupt.
 *
 * <p>The order of a round matters. Notifications are asked for before completions are published, so
 * a driver that waits for its last completion finds them enabled when it submits the next request.
 */
final class QueueService implements Runnable {
  /** Chains that go through a step together. */
  static final int BATCH = 16;

  private final int number;
  private final DeviceQueue queue;
  private final Service service;
  private final VirtioFunction function;
  private final Scheduler scheduler;
  private final @Nullable WorkerPool workers;
  private final @Nullable RequestFaults faults;
  private final @Nullable RequestMerger merger;
  private final @Nullable InterruptCoalescer coalescer;
  private final boolean polling;

  /** Whether this task processes requests itself, one by one. */
  private final boolean direct;

  private final boolean inOrder;
  private final EventLog.Track events;
  private final Signal wakeUp = new Signal();
  private final ServiceSlot[] batch = new ServiceSlot[BATCH];
  private final ArrayDeque<ServiceSlot> free = new ArrayDeque<>();

  /** What workers have done with. */
  private final Queue<ServiceSlot> processed;

  /** Requests that are to be processed, without those that go along with another one. */
  private final ArrayDeque<ServiceSlot> leading = new ArrayDeque<>();

  /** With IN_ORDER, the requests that are being processed, in the order of the ring. */
  private final ArrayDeque<ServiceSlot> order = new ArrayDeque<>();

  /** Requests that a fault plan keeps. */
  private final List<ServiceSlot> held = new ArrayList<>();

  /** Requests that this service took over, and then those that it leaves behind. */
  private List<BlkRequest> unserved;

  private final Task task;

  /** Requests that were dispatched and have not come back. */
  private int inWorkers;

  private volatile boolean stopping;
  private volatile boolean pausing;

  /**
   * Starts to serve a queue.
   *
   * @param unserved requests that were taken from the ring by a service that was paused
   */
  @SuppressWarnings("this-escape") // the task is the last thing that is made
  QueueService(
      int number,
      DeviceQueue queue,
      Service service,
      @Nullable WorkerPool workers,
      List<BlkRequest> unserved) {
    this.number = number;
    this.queue = queue;
    this.service = service;
    this.function = service.function();
    this.scheduler = service.scheduler();
    this.workers = workers;
    this.unserved = unserved;
    this.faults = service.faults() == null ? null : new RequestFaults(service.faults(), number);
    ServiceSettings settings = service.settings();
    // A fault plan sees every request by itself.
    this.merger =
        settings.maxMerge() > 1 && faults == null ? new RequestMerger(settings.maxMerge()) : null;
    this.coalescer =
        settings.coalescing() instanceof CoalescingPolicy.Off
            ? null
            : new InterruptCoalescer(settings.coalescing(), scheduler.clock());
    this.polling = !(settings.waiting() instanceof WaitPolicy.Sleep);
    this.direct = workers == null && merger == null;
    this.inOrder = queue.inOrder();
    this.events = service.events().track("queue-" + number);
    this.processed = new MpscAtomicArrayQueue<>(Math.max(2, queue.size()));
    Arrays.setAll(batch, i -> takeFree());
    this.task = scheduler.start("queue-" + number, this);
  }

  /** There may be something to do. */
  void kick() {
    wakeUp.raise();
  }

  /** Ends the service for good; when it returns, nothing of it touches guest memory any more. */
  void stop() {
    stopping = true;
    wakeUp.raise();
    task.join();
  }

  /**
   * Ends the service so that another one can go on. What workers have begun is finished and given
   * back.
   *
   * @return the requests that were taken from the ring and are not done, in the order of the ring
   */
  List<BlkRequest> pause() {
    pausing = true;
    stop();
    return unserved;
  }

  @Override
  public void run() {
    boolean well = false;
    try {
      takeOver();
      serve();
      well = true;
    } catch (RingViolationException broken) {
      function.fail(broken);
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      end(well && pausing && !function.needsReset());
    }
  }

  private void takeOver() {
    List<BlkRequest> taken = unserved;
    unserved = new ArrayList<>();
    for (BlkRequest request : taken) {
      accept(new ServiceSlot(this, request));
    }
    dispatch();
    giveBack();
  }

  /** What breaks one queue stops all of them. */
  private boolean goesOn() {
    return !stopping && !function.needsReset();
  }

  private void serve() throws RingViolationException {
    switch (service.settings().waiting()) {
      case WaitPolicy.Sleep() -> serveAsleep();
      case WaitPolicy.Poll() -> servePolling();
      case WaitPolicy.Adaptive adaptive -> serveAdaptively(new AdaptivePolling(adaptive));
    }
  }

  private void serveAsleep() throws RingViolationException {
    while (goesOn()) {
      takeAvailable();
      while (queue.enableKicks()) {
        takeAvailable();
      }
      giveBack();
      // Not another look: a chain found before its notification would take that from the driver.
      sleep();
    }
  }

  private void servePolling() throws RingViolationException {
    int idleRounds = 0;
    while (goesOn()) {
      if (work()) {
        idleRounds = 0;
      } else {
        idleRounds++;
        pause(idleRounds, InterruptCoalescer.NEVER);
      }
      interruptIfDue();
    }
  }

  private void serveAdaptively(AdaptivePolling learnt) throws RingViolationException {
    Clock clock = scheduler.clock();
    long idleSince = clock.nanoTime();
    int idleRounds = 0;
    while (goesOn()) {
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
          pause(idleRounds, sleepAt);
        } else if (!queue.enableKicks()) {
          sleep();
        }
      }
      interruptIfDue();
    }
  }

  /** Takes what is available and gives back what is done; says whether there was any of it. */
  private boolean work() throws RingViolationException {
    boolean taken = takeAvailable();
    return giveBack() || taken;
  }

  /** One idle round of polling, which ends at a time at the latest. */
  private void pause(int idleRounds, long deadline) {
    long end = coalescer == null ? deadline : Math.min(deadline, coalescer.due());
    if (end == InterruptCoalescer.NEVER) {
      scheduler.pause(idleRounds);
    } else {
      scheduler.pause(idleRounds, end);
    }
  }

  /** Sleeps until it is kicked; an interrupt whose time comes meanwhile is raised in between. */
  private void sleep() {
    while (coalescer != null && coalescer.due() != InterruptCoalescer.NEVER) {
      if (wakeUp.await(scheduler, coalescer.due() - scheduler.clock().nanoTime())) {
        interruptIfDue();
        return;
      }
      interruptIfDue();
    }
    wakeUp.await();
  }

  /**
   * Takes chains and has them processed, a batch at a time and each step for the whole batch: the
   * steps of one chain wait for cache lines that the driver's core holds, those of many overlap.
   *
   * <p>A device that polls gives back what is done before the next batch, so that the driver goes
   * on meanwhile. One that sleeps gives back at the end, with one interrupt, and after it has asked
   * for notifications.
   */
  private boolean takeAvailable() throws RingViolationException {
    queue.suppressKicks();
    int count = takeBatch();
    boolean worked = count > 0;
    while (count == batch.length && goesOn()) {
      if (polling) {
        giveBack();
      }
      count = takeBatch();
    }
    return worked;
  }

  private int takeBatch() throws RingViolationException {
    int count = 0;
    while (count < batch.length && queue.pop(batch[count].request().chain())) {
      count++;
    }
    for (int i = 0; i < count; i++) {
      batch[i].request().parse();
    }
    if (merger != null && count > 1) {
      merger.link(batch, count);
    }
    for (int i = 0; i < count; i++) {
      ServiceSlot slot = batch[i];
      if (events.isOn()) {
        events.record(EventType.POP, slot.request().chain().head(), slot.request().bytes());
      }
      if (accept(slot)) {
        batch[i] = takeFree();
      }
    }
    dispatch();
    return count;
  }

  /**
   * Processes a request at once when that is this task's own work, and notes it for {@link
   * #dispatch} otherwise.
   *
   * @return whether the slot is still in use
   */
  private boolean accept(ServiceSlot slot) {
    if (faults != null && faults.holds(slot.request())) {
      held.add(slot);
      return true;
    }
    if (direct) {
      serve(slot.request(), events);
      finish(slot);
      return false;
    }
    slot.setServed(false);
    inWorkers++;
    if (inOrder) {
      order.add(slot);
    }
    if (!slot.follows()) {
      leading.add(slot);
    }
    return true;
  }

  /** Only when all of a batch is noted: a worker takes a transfer's links apart when it is done. */
  private void dispatch() {
    for (ServiceSlot first = leading.poll(); first != null; first = leading.poll()) {
      if (workers == null) {
        serveTogether(first, events);
        returnAll(first);
      } else {
        workers.submit(first);
      }
    }
  }

  /** Slots are made as they are needed: a batch more than the ring has descriptors at most. */
  private ServiceSlot takeFree() {
    return free.isEmpty()
        ? new ServiceSlot(this, new BlkRequest(service.disk(), function.memory()))
        : free.pop();
  }

  /** A worker has its turn. */
  void runOnWorker(ServiceSlot first, EventLog.Track workerEvents) {
    try {
      if (!pausing) {
        serveTogether(first, workerEvents);
      }
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      returnAll(first);
      wakeUp.raise();
    }
  }

  /** Serves a request and those that go along with it. */
  private void serveTogether(ServiceSlot first, EventLog.Track track) {
    boolean merged = false;
    if (first.follower() != null) {
      BlkRequest request = first.request();
      track.record(EventType.MERGE, request.chain().head(), RequestMerger.length(first));
      merged = RequestMerger.transfer(first, function.memory().segment());
    }
    for (ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      if (!merged) {
        serve(slot.request(), track);
      }
      slot.setServed(true);
    }
  }

  private void returnAll(ServiceSlot first) {
    for (ServiceSlot slot = first; slot != null; ) {
      ServiceSlot next = slot.follower();
      slot.separate();
      processed.add(slot);
      slot = next;
    }
  }

  /** On a worker, or in the queue's own task. */
  private void serve(BlkRequest request, EventLog.Track track) {
    if (faults != null) {
      faults.serve(request);
    }
    request.process(track);
  }

  private void finish(ServiceSlot slot) {
    BlkRequest request = slot.request();
    if (faults == null) {
      queue.addUsed(request.chain(), request.complete());
    } else {
      faults.giveBack(queue, request);
    }
  }

  /** Publishes what is done, and interrupts the driver if it wants that. */
  private boolean giveBack() {
    if (inWorkers > 0) {
      takeProcessed();
    }
    int entries = queue.unpublished();
    if (entries == 0) {
      return false;
    }
    boolean wanted = queue.publishUsed();
    events.record(EventType.PUBLISH_USED, number, entries);
    if (coalescer == null) {
      if (wanted) {
        interrupt(entries);
      } else {
        events.record(EventType.SUPPRESS_INTERRUPT, number, entries);
      }
    } else if (coalescer.published(entries, wanted)) {
      interrupt(coalescer.raised());
    } else {
      boolean holds = coalescer.due() != InterruptCoalescer.NEVER;
      events.record(
          holds ? EventType.HOLD_INTERRUPT : EventType.SUPPRESS_INTERRUPT, number, entries);
    }
    return true;
  }

  private void takeProcessed() {
    for (ServiceSlot slot = processed.poll(); slot != null; slot = processed.poll()) {
      inWorkers--;
      if (!inOrder) {
        settle(slot);
      }
    }
    // With IN_ORDER a request waits for those before it.
    for (ServiceSlot slot = order.peek(); slot != null && slot.isServed(); slot = order.peek()) {
      settle(order.remove());
    }
  }

  private void settle(ServiceSlot slot) {
    if (slot.isServed()) {
      slot.setServed(false);
      finish(slot);
      free.push(slot);
    } else {
      unserved.add(slot.request());
    }
  }

  private void interrupt(int entries) {
    events.record(EventType.INTERRUPT, number, entries);
    function.interruptForQueue(number);
  }

  private void interruptIfDue() {
    if (coalescer != null && coalescer.isDue()) {
      interrupt(coalescer.raised());
    }
  }

  /**
   * Waits for the workers, which still write into guest memory.
   *
   * @param giveBack whether what they have finished is given back, and what they have not is kept;
   *     otherwise it is forgotten
   */
  private void end(boolean giveBack) {
    while (inWorkers > processed.size()) {
      wakeUp.await();
    }
    if (!giveBack) {
      return;
    }
    giveBack();
    for (ServiceSlot slot : order) {
      unserved.add(slot.request());
    }
    for (ServiceSlot slot : held) {
      unserved.add(slot.request());
    }
    if (coalescer != null && coalescer.due() != InterruptCoalescer.NEVER) {
      interrupt(coalescer.raised());
    }
  }
}
