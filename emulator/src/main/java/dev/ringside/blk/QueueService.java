package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;
import dev.ringside.machine.WakeUp;
import dev.ringside.storage.ServiceStation;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.transport.VirtioFunction;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
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
  private final boolean polling;

  private final RequestServing serving;

  /** The requests whose time passes; null when workers let it pass, or there is none. */
  private final @Nullable TimedService timed;

  /** Whether this task processes requests itself, one by one. */
  private final boolean direct;

  private final DeviceCosts costs;
  private final EventLog.Track events;
  private final QueueInterrupts interrupts;
  private final WakeUp wakeUp;
  private final ServiceLoop loop;
  private final ServiceSlot[] batch = new ServiceSlot[BATCH];
  private final ArrayDeque<ServiceSlot> free = new ArrayDeque<>();

  private final Completions completions;

  /** Requests that are to be processed, without those that go along with another one. */
  private final ArrayDeque<ServiceSlot> leading = new ArrayDeque<>();

  /** Requests of the service before this one, until they are taken over. */
  private List<InFlight> inherited;

  private final Task task;

  private volatile boolean stopping;

  /** What is left behind is kept, for another service to take over. */
  private volatile boolean keeping;

  /** Workers begin nothing any more. */
  private volatile boolean pausing;

  /**
   * Starts to serve a queue.
   *
   * @param inherited requests that were taken from the ring by a service that was paused
   */
  @SuppressWarnings("this-escape") // the task is the last thing that is made
  QueueService(
      int number,
      DeviceQueue queue,
      Service service,
      @Nullable WorkerPool workers,
      List<InFlight> inherited) {
    this.number = number;
    this.queue = queue;
    this.service = service;
    this.function = service.function();
    this.scheduler = service.scheduler();
    this.workers = workers;
    this.inherited = inherited;
    this.faults = service.faults() == null ? null : new RequestFaults(service.faults(), number);
    ServiceSettings settings = service.settings();
    // A fault plan sees every request by itself.
    this.merger =
        settings.maxMerge() > 1 && faults == null ? new RequestMerger(settings.maxMerge()) : null;
    this.polling = !(settings.waiting() instanceof WaitPolicy.Sleep);
    ServiceStation station = service.station();
    DiskTime diskTime = station == null ? null : new DiskTime(station, scheduler, service.disk());
    this.costs = new DeviceCosts(service.costs(), scheduler);
    this.wakeUp = function.wakeUp(number);
    this.events = service.events().track("queue-" + number);
    this.interrupts =
        new QueueInterrupts(number, function, events, settings.coalescing(), scheduler.clock());
    this.completions = new Completions(queue, faults, free);
    this.serving = new RequestServing(function, costs, faults, diskTime);
    this.timed =
        diskTime == null || workers != null
            ? null
            : new TimedService(diskTime, serving, completions, scheduler, events);
    this.direct =
        workers == null && timed == null && merger == null && !(queue.inOrder() && faults != null);
    Arrays.setAll(batch, i -> takeFree());
    boolean lateStart = polling || isCopied(function) || anyAvailable(queue);
    this.loop =
        new ServiceLoop(
            this, number, queue, interrupts, timed, wakeUp, costs, scheduler, events, lateStart);
    this.task = scheduler.start("queue-" + number, this);
  }

  /**
   * The guest that starts this queue may wait for the answer meanwhile, and give no memory to
   * whoever asks for it here; the task can wait.
   */
  private static boolean isCopied(VirtioFunction function) {
    return function.memory().mirror() != null;
  }

  /**
   * Asks for notifications, before the device says that it is ready: the first request is notified
   * like any other, however late the task begins to run.
   */
  private static boolean anyAvailable(DeviceQueue queue) {
    try {
      return queue.enableKicks();
    } catch (RingViolationException foundAgain) {
      // The task meets it, too, and tells the driver.
      return true;
    }
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
   * @return the requests that were taken from the ring and not given back; with IN_ORDER in the
   *     order of the ring, where those behind one that is not done may be done
   */
  List<InFlight> pause() {
    pausing = true;
    return drain();
  }

  /** As {@link #pause}, but everything that was taken is carried out and given back. */
  List<InFlight> drain() {
    keeping = true;
    stop();
    return completions.unserved();
  }

  @Override
  public void run() {
    boolean well = false;
    try {
      takeOver();
      loop.run(service.settings().waiting());
      well = true;
    } catch (RingViolationException broken) {
      interrupts.raiseIfHeld();
      function.fail(broken);
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      end(well && keeping && !function.needsReset());
    }
  }

  private void takeOver() {
    List<InFlight> taken = inherited;
    inherited = List.of();
    for (InFlight left : taken) {
      ServiceSlot slot = new ServiceSlot(this, left.request());
      switch (left.stage()) {
        case WAITING -> start(slot);
        case HELD -> holdOn(slot);
        case DONE -> {
          if (direct) {
            completions.finish(slot);
          } else {
            completions.takeOverDone(slot);
          }
        }
      }
    }
    dispatch();
    giveBack();
  }

  /** What breaks one queue stops all of them. */
  boolean goesOn() {
    return !stopping && !function.needsReset();
  }

  /**
   * Takes chains and has them processed, a batch at a time and each step for the whole batch: the
   * steps of one chain wait for cache lines that the driver's core holds, those of many overlap.
   *
   * <p>A device that polls gives back what is done before the next batch, so that the driver goes
   * on meanwhile. One that sleeps gives back at the end, with one interrupt, and after it has asked
   * for notifications.
   */
  boolean takeAvailable() throws RingViolationException {
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
    queue.preload(batch.length);
    while (count < batch.length && queue.pop(batch[count].request().chain())) {
      count++;
    }
    costs.fetched(batch, count);
    // One reading for all: they are taken together.
    long taken = events.isOn() && count > 0 ? scheduler.clock().nanoTime() : 0;
    for (int i = 0; i < count; i++) {
      batch[i].request().parse();
    }
    if (merger != null && count > 1) {
      merger.link(batch, count);
    }
    for (int i = 0; i < count; i++) {
      ServiceSlot slot = batch[i];
      if (events.isOn()) {
        events.recordAt(
            taken, EventType.POP, slot.request().chain().head(), slot.request().bytes());
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
      holdOn(slot);
      return true;
    }
    return start(slot);
  }

  /** Keeps a request for as long as there is a fault plan. */
  private void holdOn(ServiceSlot slot) {
    if (faults == null) {
      start(slot);
      return;
    }
    completions.hold(slot);
  }

  private boolean start(ServiceSlot slot) {
    if (direct) {
      serving.serve(slot.request(), events);
      completions.finish(slot);
      return false;
    }
    completions.expect(slot);
    if (!slot.follows()) {
      leading.add(slot);
    }
    return true;
  }

  /** Only when all of a batch is noted: a worker takes a transfer's links apart when it is done. */
  private void dispatch() {
    for (ServiceSlot first = leading.poll(); first != null; first = leading.poll()) {
      if (timed != null) {
        timed.arrive(first);
      } else if (workers == null) {
        serving.serveTogether(first, events);
        completions.putProcessed(first);
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
        serving.serveInTime(first, workerEvents);
      }
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      completions.putProcessed(first);
      wakeUp.raise();
    }
  }

  /** Publishes what is done, and interrupts the driver if it wants that. */
  boolean giveBack() {
    if (timed != null) {
      timed.serveDue();
    }
    if (!direct) {
      completions.takeProcessed();
    }
    int entries = queue.unpublished();
    if (entries == 0) {
      return false;
    }
    costs.publishes();
    boolean wanted = queue.publishUsed();
    events.record(EventType.PUBLISH_USED, number, entries);
    interrupts.published(entries, wanted);
    return true;
  }

  /**
   * Waits for the workers, which still write into guest memory.
   *
   * @param giveBack whether what they have finished is given back, and what they have not is kept;
   *     otherwise it is forgotten
   */
  private void end(boolean giveBack) {
    if (timed != null) {
      timed.end(giveBack && !pausing);
    }
    while (!completions.areAllBack()) {
      wakeUp.await();
    }
    if (!giveBack) {
      return;
    }
    giveBack();
    completions.leave();
    interrupts.raiseIfHeld();
  }
}
