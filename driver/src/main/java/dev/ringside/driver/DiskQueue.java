package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request queue of a virtio block device: a {@link BlockDevice} of its own, which keeps a slot
 * for every request in flight, and tells the device of requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a queue; several tasks use a queue each.
 */
public final class DiskQueue implements BlockDevice {
  /** After how many idle rounds a spinning driver looks whether the device is still well. */
  private static final int HEALTH_CHECK_ROUNDS = 4096;

  /** From the look of a careless driver until it asks for interrupts. */
  private static final long CARELESS_WINDOW_NS = 1_000;

  private final int number;
  private final DeviceSession session;
  private final DeviceRegisters registers;
  private final Interrupts interrupts;
  private final Guest guest;
  private final Scheduler scheduler;
  private final Clock clock;
  private final ChainBuffers buffers = new ChainBuffers();
  private final DriverStats stats;
  private final RequestWatchdog watchdog;
  private final DriverCosts costs;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final boolean timestamps;
  private final RecoveryPolicy recovery;

  /** Handles errors by itself; null when whoever uses the queue is told of all. */
  private final @Nullable QueueRecovery errors;

  /** On the legacy interface the lengths that devices tell are not to be relied on. */
  private final boolean trustsLengths;

  /** {@link #HEALTH_CHECK_ROUNDS}, or 1 where a round ends only when something has happened. */
  private final int healthCheckRounds;

  /** Requests that make a batch; {@link Integer#MAX_VALUE} leaves it to the caller. */
  private final int batchSize;

  // Anew after a recovery.
  private DriverQueue queue;
  private RequestSlots slots;

  /** What the device calls each slot's chain, while events are noted. */
  private int[] heads;

  /** As this queue's task knows them; a volatile field would cost 12 ns with every request. */
  private BlockLimits limits;

  private int uncommitted;

  /** Counts submissions. */
  private long submissions;

  /** Of the {@link #session}, when the ring was made. */
  private int epoch;

  /** A queue of a device that is initialized. */
  DiskQueue(
      int number,
      DeviceSession session,
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      QueueSetup.Ring ring) {
    this.number = number;
    this.session = session;
    this.registers = registers;
    this.interrupts = interrupts;
    this.guest = guest;
    this.scheduler = guest.scheduler();
    this.clock = guest.scheduler().clock();
    this.queue = ring.queue();
    this.slots = ring.slots();
    this.limits = session.limits();
    this.epoch = session.epoch();
    this.heads = new int[queue.size()];
    this.stats = new DriverStats(queue.size());
    this.costs = new DriverCosts(guest.costs(), scheduler);
    this.events = guest.events().track(number == 0 ? "driver" : "driver-" + number);
    this.completion = settings.completion();
    this.watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
    this.recovery = settings.recovery();
    this.errors =
        settings.errors().isOn() ? new QueueRecovery(this, session, settings, scheduler) : null;
    this.trustsLengths = !registers.isLegacy();
    this.healthCheckRounds =
        switch (scheduler) {
          case RealScheduler full -> HEALTH_CHECK_ROUNDS;
          case SimulatedScheduler simulated -> 1;
        };
    this.batchSize =
        switch (settings.batching()) {
          case BatchPolicy.EveryRequest() -> 1;
          case BatchPolicy.Every(int requests) -> requests;
          case BatchPolicy.OnLast() -> Integer.MAX_VALUE;
        };
  }

  /** The queue's number at the device. */
  public int number() {
    return number;
  }

  /** What happened on this queue so far. */
  public DriverStats stats() {
    return stats;
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  /**
   * Reads the limits again when the device has changed them. A queue that waits for a completion
   * does so by itself when the device says so.
   *
   * @return whether they had changed
   */
  public boolean refreshLimits() {
    BlockLimits now = session.readLimits();
    boolean changed = !now.equals(limits);
    limits = now;
    return changed;
  }

  @Override
  public GuestMemory memory() {
    return guest.memory();
  }

  @Override
  public FrameAllocator frames() {
    return guest.frames();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public boolean submit(BlockRequest request) {
    return errors == null ? put(request) : errors.submit(request);
  }

  /** Puts a request into the ring. */
  boolean put(BlockRequest request) {
    if (request.isInFlight()) {
      throw new IllegalArgumentException("already in flight: " + request);
    }
    RequestRules.check(request, limits);
    if (slots.isFull() || !queue.hasRoom(RequestRules.buffers(request))) {
      events.record(EventType.RING_FULL, number, slots.inUse());
      return false;
    }
    BlockOperation operation = request.operation();
    int slot = slots.take(request, operation.typeCode());
    boolean transfer = operation == BlockOperation.READ || operation == BlockOperation.WRITE;
    int head;
    if (transfer && request.segments() == 1) {
      boolean deviceWrites = operation == BlockOperation.READ;
      head = queue.add(slot, request.segmentAddress(0), request.segmentLength(0), deviceWrites);
    } else {
      gather(slot, request);
      head = queue.add(slot, buffers);
    }
    long now = timestamps ? clock.nanoTime() : 0;
    request.submitted(now, submissions++);
    if (events.isOn()) {
      heads[slot] = head;
      events.recordAt(timestamps ? now : clock.nanoTime(), EventType.SUBMIT, head, request.bytes());
    }
    uncommitted++;
    if (uncommitted >= batchSize) {
      publish();
    }
    return true;
  }

  /** Collects what stands between header and status. */
  private void gather(int slot, BlockRequest request) {
    buffers.clear();
    if (request.ranges() > 0) {
      buffers.readable(slots.writeRanges(slot, request), RequestSlots.rangeBytes(request));
    }
    boolean toDevice = request.operation().sendsData();
    for (int i = 0; i < request.segments(); i++) {
      if (toDevice) {
        buffers.readable(request.segmentAddress(i), request.segmentLength(i));
      } else {
        buffers.writable(request.segmentAddress(i), request.segmentLength(i));
      }
    }
    if (request.operation() == BlockOperation.ZONE_APPEND) {
      buffers.writable(slots.payload(slot), BlkRequestLayout.APPEND_SECTOR_SIZE);
    }
  }

  @Override
  public void kick() {
    if (errors == null) {
      publish();
    } else {
      errors.kick();
    }
  }

  /** Tells the device of what is in the ring. */
  void publish() {
    if (uncommitted == 0) {
      return;
    }
    costs.submitted(uncommitted);
    uncommitted = 0;
    int batch = queue.publish();
    stats.published(batch);
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

  @Override
  public int reap() {
    return errors == null ? reapRing() : errors.reap();
  }

  /** Takes what the device has given back. */
  int reapRing() {
    int reaped = 0;
    long now = 0;
    for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
      if (reaped == 0 && timestamps) {
        // One reading for all: this is the moment at which the guest sees the whole batch.
        now = clock.nanoTime();
      }
      reaped++;
      int statusByte = takeStatus(slot);
      if (events.isOn()) {
        noteReap(reaped, now, slot, statusByte);
      }
      BlockRequest request = slots.release(slot);
      BlockStatus status = statusOf(request, statusByte);
      if (errors == null) {
        request.completed(status, now);
      } else {
        errors.answered(request, status);
      }
    }
    if (reaped > 0) {
      stats.reaped(reaped);
      costs.reaped(reaped);
      if (completion == CompletionPolicy.SPIN) {
        queue.disableInterrupts();
      }
    }
    return reaped;
  }

  /**
   * Takes a status byte.
   *
   * @throws BlockDeviceException when the device has written none: it gives back what it has not
   *     carried out, and may still use the request's memory. The request stays in flight
   */
  private int takeStatus(int slot) {
    int statusByte = slots.takeStatus(slot);
    if (statusByte == RequestSlots.NOT_WRITTEN) {
      throw new BlockDeviceException(
          "the device gave a request back without a status: " + slots.describe(slot));
    }
    return statusByte;
  }

  /**
   * How a request ended that was just taken from the ring. A read for which the device says that it
   * has written less than data and status has failed, whatever the status says: what lies beyond is
   * no data (virtio 1.4, section 2.7.8.2). A length that is too large says nothing.
   */
  private BlockStatus statusOf(BlockRequest request, int statusByte) {
    BlockStatus status = RequestRules.statusOf(statusByte);
    if (request.operation() == BlockOperation.READ
        && (queue.usedLength() & 0xffff_ffffL) <= request.bytes()
        && trustsLengths
        && status == BlockStatus.OK) {
      return BlockStatus.IO_ERROR;
    }
    return status;
  }

  /** The guest sees the whole batch in one moment, so one reading of the clock will do. */
  private void noteReap(int reaped, long now, int slot, int statusByte) {
    if (timestamps) {
      events.recordAt(now, EventType.REAP, heads[slot], statusByte);
    } else if (reaped == 1) {
      events.record(EventType.REAP, heads[slot], statusByte);
    } else {
      events.recordAgain(EventType.REAP, heads[slot], statusByte);
    }
  }

  @Override
  public void await() {
    if (errors == null) {
      awaitRing();
    } else {
      errors.await();
    }
  }

  /** Waits until the ring has something to take. */
  void awaitRing() {
    if (slots.inUse() == 0) {
      return;
    }
    switch (completion) {
      case SPIN -> spin();
      case INTERRUPT -> sleep();
      case CARELESS -> sleepCarelessly();
    }
  }

  /**
   * As {@link #await()}, but no longer than until a time on {@link #clock}, and also when nothing
   * is in flight: for a task that has something else to do then.
   */
  public void await(long deadline) {
    if (slots.inUse() == 0) {
      scheduler.sleep(deadline - clock.nanoTime());
      return;
    }
    switch (completion) {
      case SPIN -> spin(deadline);
      case INTERRUPT, CARELESS -> sleep(deadline);
    }
  }

  private void spin(long deadline) {
    for (int idleRounds = 1; !queue.hasUsed() && clock.nanoTime() < deadline; idleRounds++) {
      if (idleRounds % healthCheckRounds == 0) {
        checkHealth();
      }
      if (watchdog.isOn()) {
        lookForStuckRequests();
        scheduler.pause(idleRounds, Math.min(deadline, watchdog.nextLook()));
      } else {
        scheduler.pause(idleRounds, deadline);
      }
    }
  }

  private void sleep(long deadline) {
    long left = deadline - clock.nanoTime();
    if (left <= 0 || queue.hasUsed()) {
      return;
    }
    if (!queue.enableInterrupts()) {
      if (watchdog.isOn()) {
        lookForStuckRequests();
        left = Math.min(left, Math.max(1, watchdog.untilNextLook()));
      }
      events.record(EventType.DRIVER_SLEEP, number, slots.inUse());
      boolean interrupted = interrupts.line(number).await(left);
      events.record(EventType.DRIVER_WAKE, number, interrupted ? 1 : 0);
      if (interrupted) {
        noteInterrupt();
      }
    }
    queue.disableInterrupts();
  }

  /** Finds out why the device interrupted. */
  private void noteInterrupt() {
    costs.interrupted();
    int reasons = interrupts.acknowledgeInterrupt(number);
    if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
      checkHealth();
      refreshLimits();
    }
    if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
      stats.interrupted();
    }
  }

  private void spin() {
    for (int idleRounds = 1; !queue.hasUsed(); idleRounds++) {
      if (idleRounds % healthCheckRounds == 0) {
        checkHealth();
        refreshLimits();
      }
      costs.polled();
      if (watchdog.isOn()) {
        lookForStuckRequests();
        scheduler.pause(idleRounds, watchdog.nextLook());
      } else {
        scheduler.pause(idleRounds);
      }
    }
  }

  private void sleep() {
    if (queue.hasUsed()) {
      return;
    }
    while (!queue.enableInterrupts()) {
      events.record(EventType.DRIVER_SLEEP, number, slots.inUse());
      boolean interrupted = awaitInterrupt();
      events.record(EventType.DRIVER_WAKE, number, interrupted ? 1 : 0);
      if (!interrupted) {
        continue;
      }
      noteInterrupt();
    }
    queue.disableInterrupts();
  }

  /** The mistake of {@link CompletionPolicy#CARELESS}. */
  private void sleepCarelessly() {
    scheduler.spend(CARELESS_WINDOW_NS);
    // The answer says whether something is used already: here nobody listens.
    boolean unused = queue.enableInterrupts();
    events.record(EventType.DRIVER_SLEEP, number, slots.inUse());
    boolean interrupted = awaitInterrupt();
    events.record(EventType.DRIVER_WAKE, number, interrupted ? 1 : 0);
    if (interrupted) {
      noteInterrupt();
    }
    queue.disableInterrupts();
  }

  /** Waits for an interrupt; false when the driver woke by itself. */
  private boolean awaitInterrupt() {
    InterruptLine line = interrupts.line(number);
    if (!watchdog.isOn()) {
      line.await();
      return true;
    }
    lookForStuckRequests();
    long patience = watchdog.untilNextLook();
    if (line.await(patience)) {
      return true;
    }
    if (patience > 0 && queue.hasUsed()) {
      // The interrupt may come between the end of the wait and this look.
      if (line.consume()) {
        return true;
      }
      stats.interruptLost();
    }
    return false;
  }

  /** When it is time: asks whether the device is well, and how long it has had its requests. */
  private void lookForStuckRequests() {
    if (watchdog.untilNextLook() <= 0 && !queue.hasUsed()) {
      watchdog.looked();
      checkHealth();
      watchdog.check(slots);
      if (errors != null) {
        // The notification may have been lost; one more does no harm.
        stats.kickRepeated();
        registers.notifyQueue(number, queue.position());
      }
    }
  }

  /**
   * Asks whether the device still works.
   *
   * @throws BlockDeviceException when it does not, or knows nothing of this ring any more
   */
  private void checkHealth() {
    if (isStale()) {
      throw new BlockDeviceException("the device has been reset");
    }
    session.checkHealth(slots.inUse());
  }

  /**
   * Resets this queue alone and goes on with an empty ring, while the others go on (RING_RESET,
   * virtio 1.4, section 2.6.1). Requests in flight end, or are submitted again, as {@link
   * DriverSettings#recovery} says. For the task that uses the queue.
   *
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; or does not enable it again, then every request of it has ended
   */
  public void reset() {
    Leftovers leftovers = stopRing();
    try {
      startRing();
    } catch (BlockDeviceException | GuestOutOfMemoryException dead) {
      giveUp(leftovers);
      throw dead;
    }
    settle(leftovers);
  }

  /**
   * Resets the queue alone; nothing can be submitted before {@link #startRing}.
   *
   * @return what the ring held
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; then nothing has changed
   */
  Leftovers stopRing() {
    session.stopQueue(number, epoch);
    return withdraw();
  }

  /**
   * Goes on with an empty ring.
   *
   * @throws BlockDeviceException when the device does not enable the queue again
   */
  void startRing() {
    replace(session.startQueue(number, epoch));
  }

  /** Whether the device was reset since the ring was made. */
  boolean isStale() {
    return session.epoch() != epoch;
  }

  /** The {@link DeviceSession#epoch} of the ring. */
  int epoch() {
    return epoch;
  }

  /**
   * After a reset of the device: goes on with an empty ring, if there is one.
   *
   * @return what the old ring held
   */
  Leftovers renew() {
    DeviceSession.Renewal renewal = session.renew(number);
    epoch = renewal.epoch();
    Leftovers leftovers = withdraw();
    if (renewal.ring() != null) {
      limits = renewal.limits();
      replace(renewal.ring());
    }
    return leftovers;
  }

  /** Takes all requests back. The device has been reset, or this queue of it. */
  private Leftovers withdraw() {
    uncommitted = 0;
    List<EndedRequest> answered = new ArrayList<>();
    try {
      for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
        int statusByte = takeStatus(slot);
        BlockRequest request = slots.release(slot);
        answered.add(new EndedRequest(request, statusOf(request, statusByte)));
      }
    } catch (BlockDeviceException nonsense) {
      // What the device says from here on is worth nothing, and it has just been reset for it.
    }
    return new Leftovers(answered, slots.withdraw());
  }

  /** Goes on with a new ring in the place of the old one, whose memory is given back. */
  private void replace(QueueSetup.Ring ring) {
    free();
    queue = ring.queue();
    slots = ring.slots();
    heads = new int[queue.size()];
    watchdog.looked();
    stats.recovered();
  }

  /** What becomes of requests that the device no longer holds. */
  void settle(Leftovers leftovers) {
    if (errors != null) {
      errors.settle(leftovers);
      return;
    }
    if (session.dead() != null) {
      giveUp(leftovers);
      return;
    }
    switch (recovery) {
      case FAIL -> giveUp(leftovers);
      case RESUBMIT -> {
        leftovers.answered().forEach(this::tell);
        resubmit(leftovers.unanswered());
      }
    }
  }

  /** Ends requests that no device will carry out. */
  private void giveUp(Leftovers leftovers) {
    leftovers.answered().forEach(this::tell);
    fail(leftovers.unanswered());
  }

  private void fail(List<BlockRequest> requests) {
    for (BlockRequest request : requests) {
      stats.gaveUp();
      tell(new EndedRequest(request, BlockStatus.IO_ERROR));
    }
  }

  /** Tells a request's owner that it has ended. */
  void tell(EndedRequest one) {
    one.request().completed(one.status(), timestamps ? clock.nanoTime() : 0);
  }

  private void resubmit(List<BlockRequest> requests) {
    List<BlockRequest> refused = new ArrayList<>();
    for (BlockRequest request : requests) {
      request.withdrawn();
      request.countReissue();
      stats.reissued();
      try {
        if (!request.operation().isRepeatable() || !put(request)) {
          refused.add(request);
        }
      } catch (IllegalArgumentException beyondLimits) {
        refused.add(request);
      }
    }
    publish();
    fail(refused);
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    slots.free();
    queue.free();
  }

  @Override
  public int inFlight() {
    return errors == null ? slots.inUse() : slots.inUse() + errors.waiting();
  }

  /** Requests in the ring; with {@link ErrorHandling} there are others that wait for it. */
  int inRing() {
    return slots.inUse();
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
