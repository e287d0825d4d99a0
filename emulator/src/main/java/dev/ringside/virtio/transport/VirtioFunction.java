package dev.ringside.virtio.transport;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.fault.NotificationFaults;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceState;
import dev.ringside.virtio.state.FunctionState;
import dev.ringside.virtio.state.StateSection;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A virtio device between its transport and its type: device status, feature negotiation, queues
 * and notifications (virtio 1.4, sections 2.1 to 2.6, 3.1 and 3.4).
 *
 * <pre>
 *   RESET -> ACKNOWLEDGE -> DRIVER -> FEATURES_OK -> (queues) -> DRIVER_OK <-> SUSPEND
 *     ^                                                             |
 *     +---- the driver writes 0 <---- NEEDS_RESET: a rule was broken
 * </pre>
 *
 * <p>The guest calls the methods that stand for registers: {@link #notifyQueue} and {@link #status}
 * from any task, the others from one at a time. The device's own tasks call {@link
 * #interruptForQueue}, {@link #changeConfig}, {@link #fail} and {@link #needReset}.
 */
public final class VirtioFunction {
  private static final int NONE = -1;

  private static final int LEGACY_STATUS =
      DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.DRIVER_OK | DeviceStatus.FAILED;

  private final GuestMemory memory;
  private final VirtioDevice device;
  private final FunctionTransport transport;
  private final List<QueueConfig> queues;
  private @Nullable NotificationFaults faults;
  private final AtomicInteger status = new AtomicInteger();

  /** Guards the configuration space, its generation, and the decision whether to notify of it. */
  private final ReentrantLock configLock = new ReentrantLock();

  private int configGeneration;

  /** The configuration has changed since its generation was read. */
  private boolean configStale;

  /** A configuration change waits for the end of a suspension. */
  private boolean configPending;

  private long driverFeatures;

  /** Feature bits 64 to 127, none of which is offered. */
  private long driverFeaturesHigh;

  private boolean live;
  private boolean suspended;
  private boolean memoryAccess = true;
  private boolean paused;

  /** The device has been started; it works or it is suspended. */
  private boolean started;

  /** Read by every task of the guest that notifies. */
  private volatile boolean working;

  private volatile int resetting = NONE;
  private volatile @Nullable RingViolationException violation;

  /** A device after power-on, with its queues disabled. */
  VirtioFunction(GuestMemory memory, VirtioDevice device, FunctionTransport transport) {
    this.memory = memory;
    this.device = device;
    this.transport = transport;
    this.queues =
        Stream.generate(() -> new QueueConfig(device.maxQueueSize()))
            .limit(device.queueCount())
            .toList();
  }

  /** Lets notifications go wrong. Called before the guest runs. */
  public void inject(NotificationFaults what) {
    faults = what;
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
   * driver must not clear one (section 2.1.1), so what it leaves out stays. SUSPEND and DRIVER_OK
   * alone take turns (section 3.4). After FAILED only a reset counts.
   */
  public void writeStatus(int value) {
    int before = status.get();
    if (value == DeviceStatus.RESET) {
      reset();
    } else if ((before & DeviceStatus.FAILED) != 0) {
      return;
    } else if (suspended) {
      status.getAndUpdate(current -> current | (value & DeviceStatus.FAILED));
      if ((value & DeviceStatus.DRIVER_OK) != 0) {
        endSuspension();
      }
    } else {
      addStatus(value & ~before);
    }
  }

  private void addStatus(int wanted) {
    int added = wanted & settable();
    if ((added & DeviceStatus.FEATURES_OK) != 0 && !acceptsFeatures()) {
      added &= ~DeviceStatus.FEATURES_OK;
    }
    boolean agreed =
        transport.isLegacy() || ((status.get() | added) & DeviceStatus.FEATURES_OK) != 0;
    if ((added & DeviceStatus.DRIVER_OK) != 0 && !agreed) {
      added &= ~DeviceStatus.DRIVER_OK;
    }
    int bits = added & ~DeviceStatus.SUSPEND;
    status.updateAndGet(current -> current | bits);
    if ((added & DeviceStatus.DRIVER_OK) != 0) {
      live = true;
      settle();
    } else if ((added & DeviceStatus.SUSPEND) != 0) {
      suspend();
    }
  }

  private int settable() {
    if (transport.isLegacy()) {
      return LEGACY_STATUS;
    }
    boolean suspendable = live && agreed(Feature.SUSPEND);
    return LEGACY_STATUS | DeviceStatus.FEATURES_OK | (suspendable ? DeviceStatus.SUSPEND : 0);
  }

  /**
   * Whether the driver chose a subset of what is offered, and version 1 (section 2.2.2), and the
   * device can work with it.
   */
  private boolean acceptsFeatures() {
    if ((driverFeatures & ~offered()) != 0
        || driverFeaturesHigh != 0
        || !Feature.VERSION_1.isIn(driverFeatures)) {
      return false;
    }
    configLock.lock();
    try {
      return device.accepts(driverFeatures);
    } finally {
      configLock.unlock();
    }
  }

  private long offered() {
    return transport.offer(device.features()) & device.offerableFeatures();
  }

  /** Whether driver and device agreed on a feature. */
  boolean agreed(Feature feature) {
    return feature.isIn(driverFeatures) && isNegotiated();
  }

  private boolean isNegotiated() {
    return transport.isLegacy() || (status.get() & DeviceStatus.FEATURES_OK) != 0;
  }

  /**
   * Lets the device work, or quiesces it, whenever one of the conditions has changed. A broken
   * device stays quiet until it is reset.
   */
  private void settle() {
    boolean work = live && !suspended && memoryAccess && !paused && !needsReset();
    if (work == working) {
      return;
    }
    working = work;
    if (!work && paused) {
      device.pause();
    } else if (!work) {
      device.suspend();
    } else if (started) {
      device.resume();
    } else {
      started = true;
      device.start(this, driverFeatures);
    }
  }

  private void suspend() {
    if (needsReset()) {
      return;
    }
    suspended = true;
    settle();
    if (needsReset()) {
      return; // What was in flight broke a rule; NEEDS_RESET says that the device did not suspend.
    }
    status.updateAndGet(current -> (current | DeviceStatus.SUSPEND) & ~DeviceStatus.DRIVER_OK);
  }

  private void endSuspension() {
    configLock.lock();
    try {
      suspended = false;
      status.updateAndGet(current -> (current | DeviceStatus.DRIVER_OK) & ~DeviceStatus.SUSPEND);
      if (configPending) {
        configPending = false;
        transport.configChange();
      }
    } finally {
      configLock.unlock();
    }
    settle();
  }

  /**
   * Allows the device to use guest memory, or ends that: the bus may forbid it at any time. When a
   * call with {@code false} returns, the device no longer touches guest memory.
   */
  void allowMemoryAccess(boolean allowed) {
    memoryAccess = allowed;
    settle();
  }

  /**
   * Ends the device's work until {@link #resume}, so that it can be saved; the driver does not
   * notice. What workers have begun is done and given back before this returns. A notification that
   * comes meanwhile is not lost: whoever goes on looks at the rings.
   */
  public void pause() {
    paused = true;
    settle();
  }

  /** Goes on after {@link #pause} or {@link #restore}. */
  public void resume() {
    paused = false;
    settle();
  }

  /**
   * What another device needs to go on in this one's place. What a fault plan has counted is not in
   * it, and nothing of the rings of a device that is broken.
   *
   * @throws IllegalStateException when the device is not {@linkplain #pause paused}
   */
  public DeviceState save() {
    if (!paused) {
      throw new IllegalStateException("a device is paused before it is saved");
    }
    boolean broken = needsReset();
    FunctionState function =
        new FunctionState(
            device.deviceId(),
            status.get(),
            driverFeatures,
            driverFeaturesHigh,
            configGeneration,
            configStale,
            configPending,
            queues.stream()
                .map(queue -> broken ? queue.state().withoutRing() : queue.state())
                .toList());
    return new DeviceState(
        function, StateSection.of(device::save), StateSection.of(transport::save));
  }

  /**
   * Becomes a device that was saved, over the same guest memory, and stays paused. This one is as
   * after power-on.
   *
   * @throws IOException when the state is damaged, or of another kind of device: one with other
   *     features, queues or registers, or another disk. Then this one is reset
   * @throws IllegalStateException when a driver has found this device
   */
  public void restore(DeviceState saved) throws IOException {
    if (status.get() != DeviceStatus.RESET) {
      throw new IllegalStateException("a driver has found this device");
    }
    paused = true;
    boolean well = false;
    try {
      restore(saved.function());
      saved.device().read("device", this::restoreDevice);
      saved.transport().read("transport", this::restoreTransport);
      well = true;
    } finally {
      if (!well) {
        reset();
        paused = false;
      }
    }
  }

  private void restoreDevice(DataInputStream in) throws IOException {
    device.restore(this, driverFeatures, started, in);
  }

  private void restoreTransport(DataInputStream in) throws IOException {
    transport.restore(in);
  }

  private void restore(FunctionState saved) throws IOException {
    int bits = saved.status();
    require(saved.deviceId() == device.deviceId(), "of a device of type %d", saved.deviceId());
    require(
        saved.queues().size() == queues.size(),
        "%d queues, and this device has %d",
        saved.queues().size(),
        queues.size());
    driverFeatures = saved.features();
    driverFeaturesHigh = saved.featuresHigh();
    boolean agreed = transport.isLegacy() || (bits & DeviceStatus.FEATURES_OK) != 0;
    suspended = (bits & DeviceStatus.SUSPEND) != 0;
    live = suspended || (bits & DeviceStatus.DRIVER_OK) != 0;
    require(isPossible(bits) && (agreed || !live), "status 0x%x", bits);
    require(!agreed || acceptsAgain(), "this device does not work with %s", describeFeatures());
    configGeneration = saved.configGeneration();
    configStale = saved.configStale();
    configPending = saved.configPending();
    status.set(bits);
    started = live && !needsReset();
    for (int i = 0; i < queues.size(); i++) {
      require(agreed || saved.queues().get(i).ring() == null, "a ring before features");
      queues.get(i).restore(saved.queues().get(i), memory, driverFeatures);
    }
  }

  private boolean isPossible(int bits) {
    int all = LEGACY_STATUS | DeviceStatus.NEEDS_RESET;
    if (!transport.isLegacy()) {
      all |= DeviceStatus.FEATURES_OK | DeviceStatus.SUSPEND;
    }
    int both = DeviceStatus.SUSPEND | DeviceStatus.DRIVER_OK;
    return (bits & ~all) == 0 && (bits & both) != both;
  }

  private boolean acceptsAgain() {
    return transport.isLegacy() ? (driverFeatures & ~offered()) == 0 : acceptsFeatures();
  }

  private String describeFeatures() {
    return Feature.describe(driverFeatures);
  }

  /** Back to the state after power-on; the device no longer touches guest memory. */
  void reset() {
    if (started) {
      device.stop();
    }
    started = false;
    working = false;
    live = false;
    suspended = false;
    queues.forEach(QueueConfig::reset);
    configLock.lock();
    try {
      device.reset();
    } finally {
      configLock.unlock();
    }
    driverFeatures = 0;
    driverFeaturesHigh = 0;
    violation = null;
    configLock.lock();
    try {
      configPending = false;
      transport.reset();
      // Last: a driver that reads 0 may take its memory back (section 2.1.2).
      status.set(DeviceStatus.RESET);
    } finally {
      configLock.unlock();
    }
  }

  /** 32 of the offered feature bits; a word beyond the second reads as zero. */
  public int deviceFeatures(int word) {
    return word == 0 || word == 1 ? (int) (offered() >>> (word * Integer.SIZE)) : 0;
  }

  /** 32 of the feature bits that the driver chose. */
  int driverFeatures(int word) {
    return switch (word) {
      case 0, 1 -> (int) (driverFeatures >>> (word * Integer.SIZE));
      case 2, 3 -> (int) (driverFeaturesHigh >>> ((word - 2) * Integer.SIZE));
      default -> 0;
    };
  }

  /**
   * The driver chooses 32 feature bits; ignored once the features are agreed on. Over the legacy
   * interface nothing can be refused, so what is not offered is left out.
   */
  public void writeDriverFeatures(int word, int bits) {
    int agreedStatus = transport.isLegacy() ? DeviceStatus.DRIVER_OK : DeviceStatus.FEATURES_OK;
    if ((status.get() & agreedStatus) != 0) {
      return;
    }
    switch (word) {
      case 0, 1 -> driverFeatures = withWord(driverFeatures, word, bits);
      case 2, 3 -> driverFeaturesHigh = withWord(driverFeaturesHigh, word - 2, bits);
      default -> {
        // There are no such features (section 2.2).
      }
    }
    if (transport.isLegacy()) {
      driverFeatures &= offered();
    }
  }

  private static long withWord(long features, int word, int bits) {
    int shift = word * Integer.SIZE;
    return (features & ~(0xffff_ffffL << shift)) | ((bits & 0xffff_ffffL) << shift);
  }

  /** A queue's settings, or null when the device has no such queue. */
  public @Nullable QueueConfig queue(int index) {
    return index >= 0 && index < queues.size() ? queues.get(index) : null;
  }

  /** How many queues there are. */
  public int queueCount() {
    return queues.size();
  }

  /** Whether a queue is enabled. */
  boolean isEnabled(int index) {
    QueueConfig queue = queue(index);
    return queue != null && queue.queue() != null;
  }

  /**
   * The driver enables a queue, before or after DRIVER_OK. Settings that break the layout's rules
   * leave it disabled and the device in need of a reset. Ignored before the features are agreed on,
   * because they say how the ring is laid out.
   */
  public void enableQueue(int index) {
    QueueConfig queue = queue(index);
    if (queue == null || queue.queue() != null || needsReset() || !isNegotiated()) {
      return;
    }
    try {
      queue.activate(memory, driverFeatures);
    } catch (RingViolationException broken) {
      fail(broken);
      return;
    }
    if (working) {
      device.startQueue(index);
    }
  }

  /** The driver stops using a queue, whose settings stay; ignored when there is no such queue. */
  void disableQueue(int index) {
    QueueConfig queue = queue(index);
    if (queue != null) {
      stopQueue(index);
      queue.disable();
    }
  }

  /**
   * The driver resets a queue (section 2.6.1): back to its state after power-on, and ready to be
   * set up again. Ignored without RING_RESET.
   */
  void resetQueue(int index) {
    QueueConfig queue = queue(index);
    if (queue == null || !agreed(Feature.RING_RESET)) {
      return;
    }
    resetting = index;
    stopQueue(index);
    queue.reset();
    transport.queueReset(index);
    resetting = NONE;
  }

  private void stopQueue(int index) {
    if (started) {
      device.stopQueue(index);
    }
  }

  /** Whether {@link #resetQueue} is waiting for the end of what is in flight. */
  boolean isResetting(int index) {
    return index >= 0 && resetting == index;
  }

  /** The driver's available buffer notification; ignored when no such queue runs. */
  public void notifyQueue(int index) {
    if (!working || !isEnabled(index) || needsReset()) {
      return;
    }
    NotificationFaults injected = faults;
    if (injected == null) {
      device.kick(index);
    } else {
      injected.kick(index, () -> device.kick(index), () -> transport.usedBuffers(index));
    }
  }

  /** Reads the configuration space; what lies outside reads as zero. */
  public long readConfig(long offset, int width) {
    if (!isInConfig(offset, width)) {
      return 0;
    }
    configLock.lock();
    try {
      return device.readConfig((int) offset, width);
    } finally {
      configLock.unlock();
    }
  }

  /** The driver writes the configuration space; ignored outside, and while suspended. */
  public void writeConfig(long offset, int width, long value) {
    if (!isInConfig(offset, width) || suspended) {
      return;
    }
    configLock.lock();
    try {
      device.writeConfig((int) offset, width, value);
    } finally {
      configLock.unlock();
    }
  }

  private boolean isInConfig(long offset, int width) {
    return offset >= 0 && offset <= device.configSize() - width;
  }

  /**
   * Differs from what it was before whenever the configuration space has changed since (section
   * 2.5). It moves by one at most each time it is read, so that a transport may show its lowest
   * byte alone.
   */
  public int configGeneration() {
    configLock.lock();
    try {
      if (configStale) {
        configStale = false;
        configGeneration++;
      }
      return configGeneration;
    } finally {
      configLock.unlock();
    }
  }

  /**
   * The device changes its configuration space, in one step for a driver that compares generations,
   * and tells the driver.
   */
  public void changeConfig(Runnable change) {
    configLock.lock();
    try {
      change.run();
      configStale = true;
      notifyOfChange();
    } finally {
      configLock.unlock();
    }
  }

  /** Only a live driver is notified; a suspended one hears of it when it resumes. */
  private void notifyOfChange() {
    int now = status.get();
    if ((now & DeviceStatus.DRIVER_OK) != 0) {
      transport.configChange();
    } else if ((now & DeviceStatus.SUSPEND) != 0) {
      configPending = true;
    }
  }

  /** The device tells the driver of used buffers in a queue. */
  public void interruptForQueue(int queue) {
    NotificationFaults injected = faults;
    for (int left = injected == null ? 1 : injected.interrupts(queue); left > 0; left--) {
      transport.usedBuffers(queue);
    }
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
    configLock.lock();
    try {
      status.updateAndGet(current -> current | DeviceStatus.NEEDS_RESET);
      notifyOfChange();
    } finally {
      configLock.unlock();
    }
  }

  /** The rule that the driver broke, or null while all is well. */
  public @Nullable RingViolationException violation() {
    return violation;
  }

  /** Whether the device has stopped for good, until it is reset. */
  public boolean needsReset() {
    return (status.get() & DeviceStatus.NEEDS_RESET) != 0;
  }
}
