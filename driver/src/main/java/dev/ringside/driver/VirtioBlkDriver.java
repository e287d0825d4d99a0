package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;

/**
 * The guest's driver of a virtio block device with one queue, once {@link Initialization} has
 * brought the device up. It keeps a slot for every request in flight, and tells the device of
 * requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a driver.
 */
public final class VirtioBlkDriver implements BlockDevice {
  private static final int QUEUE = Initialization.QUEUE;

  /** How often a spinning driver looks whether the device is still well, in idle rounds. */
  private static final int HEALTH_CHECK_ROUNDS = 4096;

  private final DeviceRegisters registers;
  private final Guest guest;
  private final Scheduler scheduler;
  private final GuestMemory memory;
  private final Clock clock;
  private final long features;
  private final BlockLimits limits;
  private final DriverQueue queue;
  private final RequestSlots slots;
  private final DriverStats stats;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final boolean timestamps;

  /** Requests that make a batch; {@link Integer#MAX_VALUE} leaves it to the caller. */
  private final int batchSize;

  private int uncommitted;

  /** A driver of a device that is initialized. */
  VirtioBlkDriver(
      DeviceRegisters registers,
      Guest guest,
      DriverSettings settings,
      Initialization.Agreed agreed) {
    this.registers = registers;
    this.guest = guest;
    this.scheduler = guest.scheduler();
    this.memory = guest.memory();
    this.clock = guest.scheduler().clock();
    this.features = agreed.features();
    this.limits = agreed.limits();
    this.queue = agreed.queue();
    this.slots = new RequestSlots(memory, guest.frames(), queue.size());
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track("driver");
    this.completion = settings.completion();
    this.timestamps = settings.timestamps();
    this.batchSize =
        switch (settings.batching()) {
          case BatchPolicy.EveryRequest() -> 1;
          case BatchPolicy.Every(int requests) -> requests;
          case BatchPolicy.OnLast() -> Integer.MAX_VALUE;
        };
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public FrameAllocator frames() {
    return guest.frames();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /** What this driver did so far. */
  public DriverStats stats() {
    return stats;
  }

  /** The features that driver and device agreed on. */
  public long features() {
    return features;
  }

  @Override
  public boolean submit(BlockRequest request) {
    if (request.isInFlight()) {
      throw new IllegalArgumentException("already in flight: " + request);
    }
    RequestRules.check(request, limits);
    boolean discard = request.operation() == BlockOperation.DISCARD;
    int dataBuffers = discard ? 1 : request.segments();
    if (slots.isFull() || !queue.begin(dataBuffers + Initialization.FRAMING_BUFFERS)) {
      return false;
    }
    int slot = slots.take(request, RequestRules.typeOf(request.operation()));
    queue.readable(slots.header(slot), BlkRequestLayout.HEADER_SIZE);
    if (discard) {
      slots.setRange(slot, request.sector(), request.sectorCount());
      queue.readable(slots.range(slot), BlkRequestLayout.RANGE_SIZE);
    } else {
      addData(request);
    }
    queue.writable(slots.status(slot), BlkRequestLayout.STATUS_SIZE);
    queue.commit(slot);
    request.submitted(timestamps ? clock.nanoTime() : 0);
    events.record(EventType.SUBMIT, slot, request.bytes());
    uncommitted++;
    if (uncommitted >= batchSize) {
      kick();
    }
    return true;
  }

  private void addData(BlockRequest request) {
    boolean toDevice = request.operation() == BlockOperation.WRITE;
    for (int i = 0; i < request.segments(); i++) {
      if (toDevice) {
        queue.readable(request.segmentAddress(i), request.segmentLength(i));
      } else {
        queue.writable(request.segmentAddress(i), request.segmentLength(i));
      }
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
    events.record(EventType.PUBLISH_AVAILABLE, QUEUE, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.record(EventType.KICK, QUEUE, batch);
      registers.notifyQueue(QUEUE, queue.position());
    } else {
      stats.kickSuppressed();
      events.record(EventType.SUPPRESS_KICK, QUEUE, batch);
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
      events.record(EventType.REAP, slot, statusByte);
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
      if (idleRounds % HEALTH_CHECK_ROUNDS == 0) {
        checkHealth();
      }
      scheduler.pause(idleRounds);
    }
  }

  private void sleep() {
    if (queue.hasUsed()) {
      return;
    }
    while (!queue.enableInterrupts()) {
      registers.line(QUEUE).await();
      int reasons = registers.acknowledgeInterrupt(QUEUE);
      if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
        checkHealth();
      }
      if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
        stats.interrupted();
      }
    }
    queue.disableInterrupts();
  }

  private void checkHealth() {
    if ((registers.status() & DeviceStatus.NEEDS_RESET) != 0) {
      throw new BlockDeviceException(
          "the device needs a reset; %d requests are lost".formatted(slots.inUse()));
    }
  }

  /**
   * Suspends the device (virtio 1.4, section 3.4). Requests in flight end before this returns, and
   * can be reaped. Nothing may be submitted or kicked until {@link #resume}.
   *
   * @throws BlockDeviceException when SUSPEND was not agreed on, or the device cannot
   */
  public void suspend() {
    if (!Feature.SUSPEND.isIn(features)) {
      throw new BlockDeviceException("the device cannot be suspended");
    }
    new Suspension(registers, scheduler).begin();
  }

  /**
   * Lets a suspended device go on.
   *
   * @throws BlockDeviceException when the device cannot
   */
  public void resume() {
    new Suspension(registers, scheduler).end();
  }

  @Override
  public int inFlight() {
    return slots.inUse();
  }

  @Override
  public void close() {
    registers.setStatus(DeviceStatus.RESET);
    slots.free();
    queue.free();
  }
}
