package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.ArrayList;
import java.util.List;

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
  private final ChainBuffers buffers = new ChainBuffers();
  private final DriverSettings settings;
  private final DriverStats stats;
  private final RequestWatchdog watchdog;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final boolean timestamps;

  // What driver and device agreed on; anew after a recovery.
  private long features;
  private LimitsReader configuration;
  private BlockLimits limits;
  private DriverQueue queue;
  private RequestSlots slots;

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
    this.configuration = agreed.configuration();
    this.limits = configuration.read();
    this.queue = agreed.queue();
    this.slots = agreed.slots();
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track("driver");
    this.completion = settings.completion();
    this.settings = settings;
    this.watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
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
    if (slots.isFull() || !queue.hasRoom(RequestRules.buffers(request))) {
      return false;
    }
    int slot = slots.take(request, RequestRules.typeOf(request.operation()));
    if (request.operation() == BlockOperation.READ && request.segments() == 1) {
      queue.add(slot, request.segmentAddress(0), request.segmentLength(0), true);
    } else if (request.operation() == BlockOperation.WRITE && request.segments() == 1) {
      queue.add(slot, request.segmentAddress(0), request.segmentLength(0), false);
    } else {
      gather(slot, request);
      queue.add(slot, buffers);
    }
    request.submitted(timestamps ? clock.nanoTime() : 0);
    events.record(EventType.SUBMIT, slot, request.bytes());
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
    boolean toDevice = RequestRules.sendsData(request.operation());
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
      if (!awaitInterrupt()) {
        continue;
      }
      int reasons = registers.acknowledgeInterrupt(QUEUE);
      if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
        checkHealth();
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
    InterruptLine line = registers.line(QUEUE);
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
    }
  }

  /**
   * Resets a device that is broken, brings it up again, and goes on. What it agrees to may be
   * something else than before, {@link #limits} too. Requests in flight end, or are submitted
   * again, as {@link DriverSettings#recovery} says; a request that the device no longer takes ends
   * with an error in any case.
   *
   * @throws BlockDeviceException when the device does not come up; then every request has ended
   */
  public void recover() {
    registers.setStatus(DeviceStatus.RESET);
    List<BlockRequest> held = slots.withdraw();
    uncommitted = 0;
    Initialization.Agreed agreed;
    Initialization steps = new Initialization(registers, guest, settings);
    try {
      agreed = steps.agree();
    } catch (BlockDeviceException dead) {
      fail(held);
      throw dead;
    }
    slots.free();
    queue.free();
    features = agreed.features();
    configuration = agreed.configuration();
    limits = configuration.read();
    queue = agreed.queue();
    slots = agreed.slots();
    watchdog.looked();
    steps.ready();
    stats.recovered();
    switch (settings.recovery()) {
      case FAIL -> fail(held);
      case RESUBMIT -> resubmit(held);
    }
  }

  private void fail(List<BlockRequest> requests) {
    long now = timestamps ? clock.nanoTime() : 0;
    for (BlockRequest request : requests) {
      request.completed(BlockStatus.IO_ERROR, now);
    }
  }

  private void resubmit(List<BlockRequest> requests) {
    List<BlockRequest> refused = new ArrayList<>();
    for (BlockRequest request : requests) {
      try {
        if (!submit(request)) {
          refused.add(request);
        }
      } catch (IllegalArgumentException beyondLimits) {
        refused.add(request);
      }
    }
    kick();
    fail(refused);
  }

  private void checkHealth() {
    if ((registers.status() & DeviceStatus.NEEDS_RESET) != 0) {
      throw new BlockDeviceException(
          "the device needs a reset; %d requests are lost".formatted(slots.inUse()));
    }
  }

  /**
   * Reads the limits again when the device has changed them. A driver that waits for a completion
   * does so by itself when the device says so.
   *
   * @return whether they had changed
   */
  public boolean refreshLimits() {
    if (!configuration.hasChanged()) {
      return false;
    }
    limits = configuration.read();
    return true;
  }

  /**
   * When a completed write is durable.
   *
   * @throws IllegalStateException when the device does not say, see {@link
   *     BlockLimits#cacheModeSwitch}
   */
  public CacheMode cacheMode() {
    requireCacheModeSwitch();
    return registers.config8(BlkConfigLayout.CACHE_MODE) == CacheMode.WRITEBACK.code()
        ? CacheMode.WRITEBACK
        : CacheMode.WRITETHROUGH;
  }

  /**
   * Changes when a completed write is durable. Writes that completed before need a flush still.
   *
   * @return whether the device has done so
   * @throws IllegalStateException as for {@link #cacheMode}
   */
  public boolean setCacheMode(CacheMode mode) {
    requireCacheModeSwitch();
    registers.setConfig8(BlkConfigLayout.CACHE_MODE, mode.code());
    return cacheMode() == mode;
  }

  private void requireCacheModeSwitch() {
    if (!limits.cacheModeSwitch()) {
      throw new IllegalStateException("the device cannot switch its cache mode");
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
