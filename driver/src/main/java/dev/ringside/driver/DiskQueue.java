package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.List;

/**
 * One request queue of a virtio block device: a {@link BlockDevice} of its own, which keeps a slot
 * for every request in flight, and tells the device of requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a queue; several tasks use a queue each.
 */
public final class DiskQueue implements BlockDevice {
  /** After how many idle rounds a spinning driver looks whether the device is still well. */
  private static final int HEALTH_CHECK_ROUNDS = 4096;

  private final int number;
  private final VirtioBlkDriver driver;
  private final DeviceRegisters registers;
  private final Interrupts interrupts;
  private final Guest guest;
  private final Scheduler scheduler;
  private final Clock clock;
  private final ChainBuffers buffers = new ChainBuffers();
  private final DriverStats stats;
  private final RequestWatchdog watchdog;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final boolean timestamps;

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

  /** A queue of a device that is initialized. */
  DiskQueue(
      int number,
      VirtioBlkDriver driver,
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      QueueSetup.Ring ring,
      BlockLimits limits) {
    this.number = number;
    this.driver = driver;
    this.registers = registers;
    this.interrupts = interrupts;
    this.guest = guest;
    this.scheduler = guest.scheduler();
    this.clock = guest.scheduler().clock();
    this.queue = ring.queue();
    this.slots = ring.slots();
    this.limits = limits;
    this.heads = new int[queue.size()];
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track(number == 0 ? "driver" : "driver-" + number);
    this.completion = settings.completion();
    this.watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
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
    BlockLimits now = driver.readLimits();
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
    request.submitted(timestamps ? clock.nanoTime() : 0);
    if (events.isOn()) {
      heads[slot] = head;
      events.record(EventType.SUBMIT, head, request.bytes());
    }
    uncommitted++;
    if (uncommitted >= batchSize) {
      kick();
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
    if (uncommitted == 0) {
      return;
    }
    uncommitted = 0;
    int batch = queue.publish();
    stats.published(batch);
    events.record(EventType.PUBLISH_AVAILABLE, number, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.record(EventType.KICK, number, batch);
      registers.notifyQueue(number, queue.position());
    } else {
      stats.kickSuppressed();
      events.record(EventType.SUPPRESS_KICK, number, batch);
    }
  }

  @Override
  public int reap() {
    int reaped = 0;
    long now = 0;
    for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
      if (reaped == 0 && timestamps) {
        // One reading for all: this is the moment at which the guest sees the whole batch.
        now = clock.nanoTime();
      }
      reaped++;
      int statusByte = slots.takeStatus(slot);
      events.record(EventType.REAP, heads[slot], statusByte);
      slots.release(slot).completed(RequestRules.statusOf(statusByte), now);
    }
    if (reaped > 0) {
      stats.reaped(reaped);
      if (completion == CompletionPolicy.SPIN) {
        queue.disableInterrupts();
      }
    }
    return reaped;
  }

  @Override
  public void await() {
    if (slots.inUse() == 0) {
      return;
    }
    switch (completion) {
      case SPIN -> spin();
      case INTERRUPT -> sleep();
    }
  }

  private void spin() {
    for (int idleRounds = 1; !queue.hasUsed(); idleRounds++) {
      if (idleRounds % healthCheckRounds == 0) {
        driver.checkHealth(slots.inUse());
        refreshLimits();
      }
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
      int reasons = interrupts.acknowledgeInterrupt(number);
      if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
        driver.checkHealth(slots.inUse());
        refreshLimits();
      }
      if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
        stats.interrupted();
      }
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
      driver.checkHealth(slots.inUse());
      watchdog.check(slots);
    }
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
    driver.resetQueue(this);
  }

  /** Takes all requests back. The device has been reset, or this queue of it. */
  List<BlockRequest> withdraw() {
    uncommitted = 0;
    return slots.withdraw();
  }

  /** Goes on with a new ring in the place of the old one, whose memory is given back. */
  void replace(QueueSetup.Ring ring, BlockLimits newLimits) {
    free();
    limits = newLimits;
    queue = ring.queue();
    slots = ring.slots();
    heads = new int[queue.size()];
    watchdog.looked();
    stats.recovered();
  }

  /** Ends requests that no device will carry out. */
  void fail(List<BlockRequest> requests) {
    long now = timestamps ? clock.nanoTime() : 0;
    for (BlockRequest request : requests) {
      request.completed(BlockStatus.IO_ERROR, now);
    }
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    slots.free();
    queue.free();
  }

  @Override
  public int inFlight() {
    return slots.inUse();
  }

  /** Where the driver stands in the ring; from another task, where it stood a moment ago. */
  public RingCursors cursors() {
    return queue.cursors();
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
