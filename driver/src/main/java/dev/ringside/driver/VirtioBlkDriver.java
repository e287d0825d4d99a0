package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's driver of a virtio block device, once {@link Initialization} has brought the device
 * up. Requests go through its {@link #queues}; used as a {@link BlockDevice} itself, it is the
 * first of them.
 */
public final class VirtioBlkDriver implements BlockDevice {
  private final DeviceRegisters registers;
  private final Guest guest;
  private final List<DiskQueue> queues;
  private final DiskQueue first;

  /** The handler of a line that several queues share, or the registers themselves. */
  private final Interrupts interrupts;

  private final DeviceSession session;
  private boolean closed;

  /** A driver of a device that is initialized. */
  @SuppressWarnings("this-escape") // a queue asks its driver only when it is used
  VirtioBlkDriver(
      DeviceRegisters registers,
      Guest guest,
      DriverSettings settings,
      Initialization.Agreed agreed) {
    this.registers = registers;
    this.guest = guest;
    int count = agreed.rings().size();
    boolean shared = count > 1 && registers.line(0) == registers.line(1);
    this.interrupts =
        shared && usesInterrupts(settings.completion())
            ? new SharedInterrupts(registers, guest.scheduler(), count)
            : registers;
    this.session = new DeviceSession(registers, interrupts, guest, settings, agreed);
    List<DiskQueue> made = new ArrayList<>();
    for (QueueSetup.Ring ring : agreed.rings()) {
      int number = made.size();
      CompletionPolicy completion = settings.completionOf(number, count);
      made.add(
          new DiskQueue(number, session, registers, interrupts, guest, settings, completion, ring));
    }
    this.queues = List.copyOf(made);
    this.first = queues.getFirst();
  }

  private static boolean usesInterrupts(CompletionPolicy completion) {
    return switch (completion) {
      case CompletionPolicy.Spin() -> false;
      case CompletionPolicy.PollQueue() -> false;
      case CompletionPolicy.Interrupt() -> true;
      case CompletionPolicy.Careless() -> true;
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
    return session.features();
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
    session.reset(session.epoch());
    for (DiskQueue queue : queues) {
      queue.recover();
    }
    RuntimeException dead = session.dead();
    if (dead != null) {
      throw dead;
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
    if (!session.limits().cacheModeSwitch()) {
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
    if (!Feature.SUSPEND.isIn(session.features())) {
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

  /** Closing once more does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (interrupts instanceof SharedInterrupts handler) {
      handler.close();
    }
    try {
      if (session.end()) {
        queues.forEach(DiskQueue::free);
      }
    } finally {
      registers.close();
    }
  }
}
