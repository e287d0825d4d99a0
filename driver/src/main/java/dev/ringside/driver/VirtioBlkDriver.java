package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The guest's driver of a virtio block device, once {@link Initialization} has brought the device
 * up. Requests go through its {@link #queues}; used as a {@link BlockDevice} itself, it is the
 * first of them.
 */
public final class VirtioBlkDriver implements BlockDevice {
  private final DeviceRegisters registers;
  private final Guest guest;
  private final DriverSettings settings;
  private final List<DiskQueue> queues;
  private final DiskQueue first;

  /** The handler of a line that several queues share, or the registers themselves. */
  private final Interrupts interrupts;

  /** Guards {@link #configuration}: queues have tasks of their own. */
  private final ReentrantLock configurationLock = new ReentrantLock();

  /** Guards the registers of a queue, which the device shows one at a time. */
  private final ReentrantLock queueRegistersLock = new ReentrantLock();

  // What driver and device agreed on; anew after a recovery.
  private long features;
  private LimitsReader configuration;
  private QueueSetup setup;
  private volatile BlockLimits limits;

  /** A driver of a device that is initialized. */
  @SuppressWarnings("this-escape") // a queue asks its driver only when it is used
  VirtioBlkDriver(
      DeviceRegisters registers,
      Guest guest,
      DriverSettings settings,
      Initialization.Agreed agreed) {
    this.registers = registers;
    this.guest = guest;
    this.settings = settings;
    this.features = agreed.features();
    this.configuration = agreed.configuration();
    this.setup = agreed.setup();
    this.limits = configuration.read();
    int count = agreed.rings().size();
    boolean shared = count > 1 && registers.line(0) == registers.line(1);
    this.interrupts =
        shared && usesInterrupts(settings.completion())
            ? new SharedInterrupts(registers, guest.scheduler(), count)
            : registers;
    List<DiskQueue> made = new ArrayList<>();
    for (QueueSetup.Ring ring : agreed.rings()) {
      int number = made.size();
      CompletionPolicy completion = settings.completionOf(number, count);
      made.add(
          new DiskQueue(
              number, this, registers, interrupts, guest, settings, completion, ring, limits));
    }
    this.queues = List.copyOf(made);
    this.first = queues.getFirst();
  }

  private static boolean usesInterrupts(CompletionPolicy completion) {
    return switch (completion) {
      case CompletionPolicy.Spin() -> false;
      case CompletionPolicy.PollQueue() -> false;
      case CompletionPolicy.Interrupt() -> true;
      case CompletionPolicy.DelayedInterrupt delayed -> true;
      case CompletionPolicy.Hybrid hybrid -> true;
    };
  }

  /** The request queues, at least one. Several tasks may use a queue each. */
  public List<DiskQueue> queues() {
    return queues;
  }

  /** The features that driver and device agreed on. */
  public long features() {
    return features;
  }

  /** What happened on the first queue so far. */
  public DriverStats stats() {
    return first.stats();
  }

  @Override
  public BlockLimits limits() {
    return first.limits();
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
    return first.clock();
  }

  @Override
  public boolean submit(BlockRequest request) {
    return first.submit(request);
  }

  @Override
  public void kick() {
    first.kick();
  }

  @Override
  public int reap() {
    return first.reap();
  }

  @Override
  public void await() {
    first.await();
  }

  /** Requests in the first queue. */
  @Override
  public int inFlight() {
    return first.inFlight();
  }

  /**
   * Resets a device that is broken, brings it up again, and goes on. What it agrees to may be
   * something else than before, {@link #limits} too. Requests in flight end, or are submitted
   * again, as {@link DriverSettings#recovery} says; a request that the device no longer takes ends
   * with an error in any case. No other task may use a queue meanwhile.
   *
   * @throws BlockDeviceException when the device does not come up, or not with as many queues; then
   *     every request has ended
   */
  public void recover() {
    registers.setStatus(DeviceStatus.RESET);
    List<List<BlockRequest>> held = queues.stream().map(DiskQueue::withdraw).toList();
    Initialization steps = new Initialization(registers, guest, settings);
    try {
      Initialization.Agreed agreed = steps.agree();
      if (agreed.rings().size() != queues.size()) {
        registers.setStatus(DeviceStatus.RESET);
        agreed.rings().forEach(QueueSetup.Ring::free);
        throw new BlockDeviceException(
            "the device has %d queues now".formatted(agreed.rings().size()));
      }
      adopt(agreed);
    } catch (BlockDeviceException | GuestOutOfMemoryException dead) {
      for (int i = 0; i < held.size(); i++) {
        queues.get(i).fail(held.get(i));
      }
      throw dead;
    }
    steps.ready();
    for (int i = 0; i < held.size(); i++) {
      settle(queues.get(i), held.get(i));
    }
  }

  /** What {@link DiskQueue#reset} does. */
  void resetQueue(DiskQueue queue) {
    if (!Feature.RING_RESET.isIn(features)) {
      throw new BlockDeviceException("a queue of the device cannot be reset alone");
    }
    List<BlockRequest> held;
    queueRegistersLock.lock();
    try {
      if (!registers.resetQueue(queue.number())) {
        throw new BlockDeviceException("the device does not reset queue " + queue.number());
      }
      held = queue.withdraw();
      try {
        queue.replace(setup.enable(queue.number()), limits);
      } catch (BlockDeviceException | GuestOutOfMemoryException dead) {
        queue.fail(held);
        throw dead;
      }
    } finally {
      queueRegistersLock.unlock();
    }
    settle(queue, held);
  }

  /** What becomes of requests that the device no longer holds. */
  private void settle(DiskQueue queue, List<BlockRequest> held) {
    switch (settings.recovery()) {
      case FAIL -> queue.fail(held);
      case RESUBMIT -> resubmit(queue, held);
    }
  }

  private void adopt(Initialization.Agreed agreed) {
    features = agreed.features();
    setup = agreed.setup();
    configuration = agreed.configuration();
    limits = configuration.read();
    for (int i = 0; i < queues.size(); i++) {
      queues.get(i).replace(agreed.rings().get(i), limits);
    }
  }

  private static void resubmit(DiskQueue queue, List<BlockRequest> requests) {
    List<BlockRequest> refused = new ArrayList<>();
    for (BlockRequest request : requests) {
      try {
        if (!queue.submit(request)) {
          refused.add(request);
        }
      } catch (IllegalArgumentException beyondLimits) {
        refused.add(request);
      }
    }
    queue.kick();
    queue.fail(refused);
  }

  /** Asks whether the device still works. */
  void checkHealth(int inFlight) {
    if ((registers.status() & DeviceStatus.NEEDS_RESET) != 0) {
      throw new BlockDeviceException(
          "the device needs a reset; %d requests are lost".formatted(inFlight));
    }
  }

  /**
   * Reads the limits again when the device has changed them. A queue that waits for a completion
   * does so by itself when the device says so.
   *
   * @return whether they had changed
   */
  public boolean refreshLimits() {
    return first.refreshLimits();
  }

  /** Reads the limits again when the device has changed them; says what they are. */
  BlockLimits readLimits() {
    configurationLock.lock();
    try {
      if (configuration.hasChanged()) {
        limits = configuration.read();
      }
      return limits;
    } finally {
      configurationLock.unlock();
    }
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
    new Suspension(registers, guest.scheduler()).begin();
  }

  /**
   * Lets a suspended device go on.
   *
   * @throws BlockDeviceException when the device cannot
   */
  public void resume() {
    new Suspension(registers, guest.scheduler()).end();
  }

  @Override
  public void close() {
    if (interrupts instanceof SharedInterrupts handler) {
      handler.close();
    }
    registers.setStatus(DeviceStatus.RESET);
    queues.forEach(DiskQueue::free);
  }
}
