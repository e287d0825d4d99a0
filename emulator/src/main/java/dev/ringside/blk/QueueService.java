package dev.ringside.blk;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
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

  /** How requests take time; null when they take none. */
  private final @Nullable DiskTime diskTime;

  /** The requests whose time passes; null when workers let it pass, or there is none. */
  private final @Nullable RequestTimers timers;

  /** Whether this task processes requests itself, one by one. */
  private final boolean direct;

  /** Whether chains waited when the service began, whose notification may be long gone. */
  private final boolean lateStart;

  private final DeviceCosts costs;
  private final EventLog.Track events;
  private final QueueInterrupts interrupts;
  private final Signal wakeUp = new Signal();
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
    this.diskTime = station == null ? null : new DiskTime(station, scheduler, service.disk());
    this.timers = station == null || workers != null ? null : new RequestTimers();
    this.direct =
        workers == null && timers == null && merger == null && !(queue.inOrder() && faults != null);
    this.costs = new DeviceCosts(service.costs(), scheduler);
    this.events = service.events().track("queue-" + number);
    this.interrupts =
        new QueueInterrupts(number, function, events, settings.coalescing(), scheduler.clock());
    this.completions = new Completions(queue, faults, free);
    Arrays.setAll(batch, i -> takeFree());
    this.lateStart = polling || anyAvailable(queue);
    this.task = scheduler.start("queue-" + number, this);
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
      serve();
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
  private boolean goesOn() {
    return !stopping && !function.needsReset();
  }

  private void serve() throws RingViolationException {
    switch (service.settings().waiting()) {
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

  /** As {@link #serveAsleep}, with the mistake of {@link WaitPolicy.Careless}. */
  private void serveCarelessly(long windowNs) throws RingViolationException {
    while (goesOn()) {
      takeAvailable();
      giveBack();
      scheduler.spend(windowNs);
      // The answer says whether something is available already: here nobody listens.
      boolean unused = queue.enableKicks();
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
    boolean taken = takeAvailable();
    return giveBack() || taken;
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
    return timers == null ? interrupts.due() : Math.min(interrupts.due(), timers.due());
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
      if (timers != null && !woken) {
        giveBack();
      }
    }
    if (!woken) {
      wakeUp.await();
    }
    events.record(EventType.DEVICE_WAKE, number, 0);
    costs.woke();
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
      serve(slot.request(), events);
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
      if (timers != null && diskTime != null) {
        diskTime.arrive(first);
        timers.arrived(first);
      } else if (workers == null) {
        serveTogether(first, events);
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
        serveInTime(first, workerEvents);
      }
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      completions.putProcessed(first);
      wakeUp.raise();
    }
  }

  /** Serves a request and those that go along with it, and lets their time pass. */
  private void serveInTime(ServiceSlot first, EventLog.Track track) {
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

  /** Serves a request and those that go along with it, at once. */
  private void serveTogether(ServiceSlot first, EventLog.Track track) {
    begin(first, track);
    carryOut(first, track);
  }

  private void begin(ServiceSlot first, EventLog.Track track) {
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

  private void carryOut(ServiceSlot first, EventLog.Track track) {
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

  /** In the queue's own task, at once. */
  private void serve(BlkRequest request, EventLog.Track track) {
    if (faults != null) {
      faults.serve(request);
    }
    costs.copied(request);
    request.process(track);
  }

  /** Begins and ends what the disk has, as far as the time has come. */
  private void serveDue() {
    if (timers == null) {
      return;
    }
    long now = scheduler.clock().nanoTime();
    while (timers.due() <= now) {
      if (timers.endsNext()) {
        ServiceSlot ended = timers.end();
        carryOut(ended, events);
        completions.putProcessed(ended);
      } else {
        begin(timers.begin(), events);
      }
    }
  }

  /** Publishes what is done, and interrupts the driver if it wants that. */
  private boolean giveBack() {
    serveDue();
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
    if (timers != null) {
      endTimers(timers, giveBack && !pausing);
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

  /**
   * Takes everything back from the disk.
   *
   * @param served whether it is waited for; otherwise it comes back as it was
   */
  private void endTimers(RequestTimers running, boolean served) {
    while (served && running.due() != RequestTimers.NEVER) {
      scheduler.sleep(running.due() - scheduler.clock().nanoTime());
      serveDue();
    }
    for (ServiceSlot left = running.poll(); left != null; left = running.poll()) {
      completions.putProcessed(left);
    }
  }
}
