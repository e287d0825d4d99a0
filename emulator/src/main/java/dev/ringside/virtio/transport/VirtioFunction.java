package dev.ringside.virtio.transport;

import dev.ringside.fault.NotificationFaults;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.WakeUp;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceState;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.QueueState;
import dev.ringside.virtio.state.StateSection;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
  private final GuestMemory memory;
  private final VirtioDevice device;
  private final FunctionTransport transport;
  private final StatusField status;
  private final ConfigurationAccess configuration;
  private final FeatureNegotiation features;
  private final DeviceActivity activity;
  private final FunctionQueues queues;
  private final FunctionTransfer transfer;
  private @Nullable NotificationFaults faults;
  private @Nullable NotificationCounts counts;
  private volatile @Nullable RingViolationException violation;

  /** A device after power-on, with its queues disabled. */
  public VirtioFunction(GuestMemory memory, VirtioDevice device, FunctionTransport transport) {
    this.memory = memory;
    this.device = device;
    this.transport = transport;
    this.status = new StatusField(transport);
    this.configuration = new ConfigurationAccess(device, transport, status);
    this.features = new FeatureNegotiation(device, transport, configuration);
    this.activity = new DeviceActivity(this, device, status, features);
    this.queues = new FunctionQueues(memory, device, transport, activity);
    this.transfer =
        new FunctionTransfer(device.deviceId(), status, features, configuration, queues, activity);
  }

  /** Lets notifications go wrong. Called before the guest runs. */
  public void inject(NotificationFaults what) {
    faults = what;
  }

  /** Has notifications counted. Called before the guest runs. */
  public void count(NotificationCounts what) {
    counts = what;
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
    } else if (activity.isSuspended()) {
      status.add(value & DeviceStatus.FAILED);
      if ((value & DeviceStatus.DRIVER_OK) != 0) {
        endSuspension();
      }
    } else {
      addStatus(value & ~before);
    }
  }

  private void addStatus(int wanted) {
    boolean suspendable = activity.isLive() && agreed(Feature.SUSPEND);
    int added = wanted & status.settable(suspendable);
    if ((added & DeviceStatus.FEATURES_OK) != 0 && !features.isAccepted()) {
      added &= ~DeviceStatus.FEATURES_OK;
    }
    if ((added & DeviceStatus.DRIVER_OK) != 0 && !status.isNegotiated(status.get() | added)) {
      added &= ~DeviceStatus.DRIVER_OK;
    }
    status.add(added & ~DeviceStatus.SUSPEND);
    if ((added & DeviceStatus.DRIVER_OK) != 0) {
      activity.setLive();
      activity.settle();
    } else if ((added & DeviceStatus.SUSPEND) != 0) {
      suspend();
    }
  }

  /** Whether driver and device agreed on a feature. */
  boolean agreed(Feature feature) {
    return feature.isIn(features.chosen()) && status.isNegotiated();
  }

  private void suspend() {
    if (status.isBroken()) {
      return;
    }
    activity.setSuspended(true);
    activity.settle();
    if (status.isBroken()) {
      return; // What was in flight broke a rule; NEEDS_RESET says that the device did not suspend.
    }
    status.suspend();
  }

  private void endSuspension() {
    activity.setSuspended(false);
    configuration.endSuspension();
    activity.settle();
  }

  /**
   * Allows the device to use guest memory, or ends that: the bus may forbid it at any time. When a
   * call with {@code false} returns, the device no longer touches guest memory.
   */
  void allowMemoryAccess(boolean allowed) {
    activity.setMemoryAccess(allowed);
    activity.settle();
  }

  /**
   * Ends the device's work until {@link #resume}, so that it can be saved; the driver does not
   * notice. What workers have begun is done and given back before this returns. A notification that
   * comes meanwhile is not lost: whoever goes on looks at the rings.
   */
  public void pause() {
    activity.setPaused(true);
    activity.settle();
  }

  /** Goes on after {@link #pause} or {@link #restore}. */
  public void resume() {
    activity.setPaused(false);
    activity.settle();
  }

  /**
   * What another device needs to go on in this one's place. What a fault plan has counted is not in
   * it, and nothing of the rings of a device that is broken.
   *
   * @throws IllegalStateException when the device is not {@linkplain #pause paused}
   */
  public DeviceState save() {
    if (!activity.isPaused()) {
      throw new IllegalStateException("a device is paused before it is saved");
    }
    return new DeviceState(
        transfer.save(), StateSection.of(device::save), StateSection.of(transport::save));
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
    activity.setPaused(true);
    boolean well = false;
    try {
      transfer.restore(saved.function());
      boolean started = activity.isStarted();
      saved.device().read("device", in -> device.restore(this, features.chosen(), started, in));
      saved.transport().read("transport", transport::restore);
      well = true;
    } finally {
      if (!well) {
        reset();
        activity.setPaused(false);
      }
    }
  }

  /** Back to the state after power-on; the device no longer touches guest memory. */
  public void reset() {
    try {
      activity.reset();
    } finally {
      // A defect that ended one of the device's tasks is told, and does not outlive the reset.
      queues.resetAll();
      configuration.resetDevice();
      features.clear();
      violation = null;
      configuration.endReset();
    }
  }

  /** 32 of the offered feature bits; a word beyond the second reads as zero. */
  public int deviceFeatures(int word) {
    return features.offered(word);
  }

  /** 32 of the feature bits that the driver chose. */
  int driverFeatures(int word) {
    return features.chosen(word);
  }

  /**
   * The driver chooses 32 feature bits; ignored once the features are agreed on. Over the legacy
   * interface nothing can be refused, so what is not offered is left out.
   */
  public void writeDriverFeatures(int word, int bits) {
    int agreedStatus = transport.isLegacy() ? DeviceStatus.DRIVER_OK : DeviceStatus.FEATURES_OK;
    if (!status.has(agreedStatus)) {
      features.choose(word, bits);
    }
  }

  /** A queue's settings, or null when the device has no such queue. */
  public @Nullable QueueConfig queue(int index) {
    return queues.get(index);
  }

  /** How many queues there are. */
  public int queueCount() {
    return queues.count();
  }

  /** Whether a queue is enabled. */
  boolean isEnabled(int index) {
    return queues.isEnabled(index);
  }

  /**
   * The driver enables a queue, before or after DRIVER_OK. Settings that break the layout's rules
   * leave it disabled and the device in need of a reset. Ignored before the features are agreed on,
   * because they say how the ring is laid out.
   */
  public void enableQueue(int index) {
    if (status.isBroken() || !status.isNegotiated()) {
      return;
    }
    try {
      queues.enable(index, features.chosen());
    } catch (RingViolationException broken) {
      fail(broken);
    }
  }

  /**
   * Programs a queue and enables it where a device left off. The features are agreed on, and the
   * queue is disabled.
   *
   * @param index of a queue that there is
   * @param saved with a ring
   * @param account of its chains in flight, in memory that outlives this process; null for none
   * @throws DeviceStateException when it cannot go on there; it stays disabled
   */
  public void resumeQueue(int index, QueueState saved, @Nullable MemorySegment account)
      throws DeviceStateException {
    queues.enable(index, saved, features.chosen(), account);
  }

  /**
   * Ends the work on a queue: what is in flight is finished and given back, and the queue disabled.
   *
   * @param index of a queue that there is
   * @return where it left off, or null when it was not enabled
   */
  public @Nullable QueueState drainQueue(int index) {
    return queues.drain(index);
  }

  /** The driver stops using a queue, whose settings stay; ignored when there is no such queue. */
  void disableQueue(int index) {
    queues.disable(index);
  }

  /**
   * The driver resets a queue (section 2.6.1): back to its state after power-on, and ready to be
   * set up again. Ignored without RING_RESET.
   */
  void resetQueue(int index) {
    if (agreed(Feature.RING_RESET)) {
      queues.reset(index);
    }
  }

  /** Whether {@link #resetQueue} is waiting for the end of what is in flight. */
  boolean isResetting(int index) {
    return queues.isResetting(index);
  }

  /** The driver's available buffer notification; ignored when no such queue runs. */
  public void notifyQueue(int index) {
    if (!activity.isWorking() || !queues.isEnabled(index) || status.isBroken()) {
      return;
    }
    NotificationCounts counted = counts;
    if (counted != null) {
      counted.kick(index);
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
    return configuration.read(offset, width);
  }

  /** The driver writes the configuration space; ignored outside, and while suspended. */
  public void writeConfig(long offset, int width, long value) {
    if (!activity.isSuspended()) {
      configuration.write(offset, width, value);
    }
  }

  /**
   * Differs from what it was before whenever the configuration space has changed since (section
   * 2.5). It moves by one at most each time it is read, so that a transport may show its lowest
   * byte alone.
   */
  public int configGeneration() {
    return configuration.generation();
  }

  /**
   * The device changes its configuration space, in one step for a driver that compares generations,
   * and tells the driver.
   */
  public void changeConfig(Runnable change) {
    configuration.change(change);
  }

  /** What the device's task for a queue waits for; {@link WakeUp#raise} is a notification. */
  public WakeUp wakeUp(int queue) {
    return transport.wakeUp(queue);
  }

  /** The device tells the driver of used buffers in a queue. */
  public void interruptForQueue(int queue) {
    NotificationCounts counted = counts;
    if (counted != null) {
      counted.interrupt(queue);
    }
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
    configuration.needReset();
  }

  /** Whether the device has stopped until a reset (section 2.1.2). */
  public boolean needsReset() {
    return status.isBroken();
  }

  /** The rule that the driver broke, or null while all is well. */
  public @Nullable RingViolationException violation() {
    return violation;
  }
}
