package dev.ringside.virtio.transport;

import dev.ringside.fault.NotificationFaults;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A virtio device between its transport and its type: device status, feature negotiation, queues
 * and notifications (virtio 1.4, sections 2.1 to 2.5 and 3.1).
 *
 * <pre>
 *   RESET -> ACKNOWLEDGE -> DRIVER -> FEATURES_OK -> (queues) -> DRIVER_OK -> running
 *     ^                                                                          |
 *     +---- the driver writes 0 <---- NEEDS_RESET: a rule was broken <-----------+
 * </pre>
 *
 * <p>The guest's task calls the methods that stand for registers. The device's own tasks call
 * {@link #interruptForQueue}, {@link #interruptForConfig}, {@link #fail} and {@link #needReset}.
 */
public final class VirtioFunction {
  private final GuestMemory memory;
  private final InterruptLine line;
  private final VirtioDevice device;
  private final @Nullable NotificationFaults faults;
  private final List<QueueConfig> queues;
  private final AtomicInteger status = new AtomicInteger();
  private final AtomicInteger interruptStatus = new AtomicInteger();
  private final AtomicInteger configGeneration = new AtomicInteger();

  /** Makes each access to the configuration space, and each change of it, one step. */
  private final ReentrantLock configLock = new ReentrantLock();

  private long driverFeatures;
  private boolean running;
  private volatile @Nullable RingViolationException violation;

  /** A device after power-on, with its queues disabled. */
  public VirtioFunction(GuestMemory memory, InterruptLine line, VirtioDevice device) {
    this(memory, line, device, null);
  }

  /**
   * As the other, with notifications that go wrong.
   *
   * @param faults what goes wrong
   */
  public VirtioFunction(
      GuestMemory memory,
      InterruptLine line,
      VirtioDevice device,
      @Nullable NotificationFaults faults) {
    this.faults = faults;
    this.memory = memory;
    this.line = line;
    this.device = device;
    this.queues =
        Stream.generate(() -> new QueueConfig(device.maxQueueSize()))
            .limit(device.queueCount())
            .toList();
  }

  /** The guest memory that the queues lie in. */
  public GuestMemory memory() {
    return memory;
  }

  public int deviceId() {
    return device.deviceId();
  }

  /** The device status field (section 2.1). */
  public int status() {
    return status.get();
  }

  /**
   * The driver writes the device status field. Zero resets; every other value can only add bits: a
   * driver must not clear one (section 2.1.1), so one that tries is ignored.
   */
  public void writeStatus(int value) {
    if (value == DeviceStatus.RESET) {
      reset();
      return;
    }
    int before = status.get();
    int added = value & ~before & ~DeviceStatus.NEEDS_RESET;
    if ((added & DeviceStatus.FEATURES_OK) != 0 && !acceptsFeatures()) {
      added &= ~DeviceStatus.FEATURES_OK;
    }
    boolean agreed = ((before | added) & DeviceStatus.FEATURES_OK) != 0;
    if ((added & DeviceStatus.DRIVER_OK) != 0 && !agreed) {
      added &= ~DeviceStatus.DRIVER_OK;
    }
    int bits = added;
    status.updateAndGet(current -> current | bits);
    if ((added & DeviceStatus.DRIVER_OK) != 0 && !isBroken()) {
      running = true;
      device.start(this, driverFeatures);
    }
  }

  /**
   * Whether the driver chose a subset of what is offered, and version 1 (section 2.2.2), and the
   * device can work with it.
   */
  private boolean acceptsFeatures() {
    if ((driverFeatures & ~device.features()) != 0 || !Feature.VERSION_1.isIn(driverFeatures)) {
      return false;
    }
    configLock.lock();
    try {
      return device.accepts(driverFeatures);
    } finally {
      configLock.unlock();
    }
  }

  private void reset() {
    if (running) {
      device.stop();
      running = false;
    }
    queues.forEach(QueueConfig::reset);
    configLock.lock();
    try {
      device.reset();
    } finally {
      configLock.unlock();
    }
    driverFeatures = 0;
    violation = null;
    interruptStatus.set(0);
    // Last: a driver that reads 0 may take its memory back (section 2.1.2).
    status.set(DeviceStatus.RESET);
  }

  /** 32 of the offered feature bits; a word beyond the second reads as zero. */
  public int deviceFeatures(int word) {
    return word == 0 || word == 1 ? (int) (device.features() >>> (word * Integer.SIZE)) : 0;
  }

  /** The driver chooses 32 feature bits; ignored once the features are agreed on. */
  public void writeDriverFeatures(int word, int bits) {
    if ((status.get() & DeviceStatus.FEATURES_OK) != 0 || word < 0 || word > 1) {
      return;
    }
    int shift = word * Integer.SIZE;
    driverFeatures = (driverFeatures & ~(0xffff_ffffL << shift)) | ((bits & 0xffff_ffffL) << shift);
  }

  /** A queue's settings, or null when the device has no such queue. */
  public @Nullable QueueConfig queue(int index) {
    return index >= 0 && index < queues.size() ? queues.get(index) : null;
  }

  /** How many queues there are. */
  public int queueCount() {
    return queues.size();
  }

  /**
   * The driver enables a queue. Settings that break the layout's rules leave it disabled and the
   * device in need of a reset.
   */
  public void enableQueue(int index) {
    QueueConfig queue = queue(index);
    if (queue == null || isBroken()) {
      return;
    }
    try {
      queue.activate(memory, driverFeatures);
    } catch (RingViolationException broken) {
      fail(broken);
    }
  }

  /** The driver's available buffer notification; ignored when no such queue runs. */
  public void notifyQueue(int index) {
    QueueConfig queue = queue(index);
    if (running && queue != null && queue.queue() != null) {
      if (faults == null) {
        device.kick(index);
      } else {
        faults.kick(index, () -> device.kick(index), () -> interrupt(MmioRegister.INTERRUPT_USED));
      }
    }
  }

  /** Reads the configuration space; what lies outside reads as zero. */
  public long readConfig(long offset, int width) {
    if (offset < 0 || offset > device.configSize() - width) {
      return 0;
    }
    configLock.lock();
    try {
      return device.readConfig((int) offset, width);
    } finally {
      configLock.unlock();
    }
  }

  /** The driver writes the configuration space; what lies outside is ignored. */
  public void writeConfig(long offset, int width, long value) {
    if (offset < 0 || offset > device.configSize() - width) {
      return;
    }
    configLock.lock();
    try {
      device.writeConfig((int) offset, width, value);
    } finally {
      configLock.unlock();
    }
  }

  /** Changes whenever the configuration space has changed (section 2.5). */
  public int configGeneration() {
    configLock.lock();
    try {
      return configGeneration.get();
    } finally {
      configLock.unlock();
    }
  }

  /**
   * The device changes its configuration space, and tells a driver that is ready to hear it. The
   * change and the new generation become visible together: a driver that reads one field in parts
   * sees another generation after them whenever a change came in between (section 2.5.2).
   */
  public void changeConfig(Runnable change) {
    configLock.lock();
    try {
      change.run();
      configGeneration.incrementAndGet();
    } finally {
      configLock.unlock();
    }
    if ((status.get() & DeviceStatus.DRIVER_OK) != 0) {
      interrupt(MmioRegister.INTERRUPT_CONFIG);
    }
  }

  /** Why the interrupt was raised: {@link MmioRegister#INTERRUPT_STATUS}. */
  public int interruptStatus() {
    return interruptStatus.get();
  }

  /** The driver has seen these reasons. */
  public void acknowledgeInterrupt(int reasons) {
    interruptStatus.getAndUpdate(current -> current & ~reasons);
  }

  /** The device tells the driver of used buffers in a queue. */
  public void interruptForQueue(int queue) {
    for (int left = faults == null ? 1 : faults.interrupts(queue); left > 0; left--) {
      interrupt(MmioRegister.INTERRUPT_USED);
    }
  }

  /** The device tells the driver that its configuration or status has changed. */
  public void interruptForConfig() {
    configGeneration.incrementAndGet();
    interrupt(MmioRegister.INTERRUPT_CONFIG);
  }

  private void interrupt(int reason) {
    interruptStatus.getAndUpdate(current -> current | reason);
    line.raise();
  }

  /** The driver broke a rule: the device stops and needs a reset. */
  public void fail(RingViolationException broken) {
    violation = broken;
    needReset();
  }

  /**
   * The device cannot go on, and says so to a driver that is ready to hear it (section 2.1.2). A
   * defect of the device itself ends here, too, so that no driver waits for it.
   */
  public void needReset() {
    int before = status.getAndUpdate(current -> current | DeviceStatus.NEEDS_RESET);
    if ((before & DeviceStatus.DRIVER_OK) != 0) {
      interruptForConfig();
    }
  }

  /** The rule that the driver broke, or null while all is well. */
  public @Nullable RingViolationException violation() {
    return violation;
  }

  private boolean isBroken() {
    return (status.get() & DeviceStatus.NEEDS_RESET) != 0;
  }
}
