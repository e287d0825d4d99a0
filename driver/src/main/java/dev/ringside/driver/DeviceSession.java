package dev.ringside.driver;

import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What driver and device have agreed on, and how they agree anew after a reset. All queues share
 * it, and each has a task of its own.
 *
 * <p>A reset begins a new epoch. Who resets prepares a ring for every queue; each queue's task
 * takes its own when it notices the epoch, and until then uses memory that the device no longer
 * knows:
 *
 * <pre>
 *   one task     reset, confirmed -> agree -> rings for all -> DRIVER_OK -> next epoch -> wake all
 *   every task                                              notices -> its new ring, its leftovers
 * </pre>
 *
 * <p>So no task waits for another one, and no request ends before the reset is confirmed.
 */
final class DeviceSession {
  /** How often a device that comes and goes is brought up before it is given up. */
  private static final int MAX_ATTEMPTS = 10;

  private final DeviceRegisters registers;
  private final Interrupts interrupts;
  private final Guest guest;
  private final DriverSettings settings;

  /** Guards {@link #configuration}. */
  private final ReentrantLock configurationLock = new ReentrantLock();

  /** Guards resets, and the registers of a queue, which the device shows one at a time. */
  private final ReentrantLock resetLock = new ReentrantLock();

  /** Rings that their queues have not taken yet; null where there is none. */
  private final List<QueueSetup.@Nullable Ring> prepared;

  private volatile long features;
  private LimitsReader configuration;
  private QueueSetup setup;
  private volatile BlockLimits limits;

  /** How often the device was reset; written under {@link #resetLock}. */
  private volatile int epoch;

  /** Why the device could not be brought up again; null while it is up. */
  private volatile @Nullable RuntimeException dead;

  /** Whether the last reset was confirmed; otherwise the device may use the rings' memory still. */
  private boolean stopped;

  /** A session with a device that is initialized. */
  DeviceSession(
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      Initialization.Agreed agreed) {
    this.registers = registers;
    this.interrupts = interrupts;
    this.guest = guest;
    this.settings = settings;
    this.features = agreed.features();
    this.configuration = agreed.configuration();
    this.setup = agreed.setup();
    this.limits = configuration.read();
    this.prepared = new ArrayList<>(Collections.nCopies(agreed.rings().size(), null));
  }

  /**
   * What a queue goes on with.
   *
   * @param epoch that it is in now
   * @param ring null when the device is dead, or the queue has taken it already
   */
  record Renewal(int epoch, QueueSetup.@Nullable Ring ring, BlockLimits limits) {}

  long features() {
    return features;
  }

  BlockLimits limits() {
    return limits;
  }

  int epoch() {
    return epoch;
  }

  /** Why the device cannot be used any more; null while it can. */
  @Nullable RuntimeException dead() {
    return dead;
  }

  /** Whether the device says that it must be reset. */
  boolean needsReset() {
    return (registers.status() & DeviceStatus.NEEDS_RESET) != 0;
  }

  /**
   * Asks whether the device still works.
   *
   * @throws BlockDeviceException when it does not
   */
  void checkHealth(int inFlight) {
    if (needsReset()) {
      String failure = registers.failure();
      throw new BlockDeviceException(
          "%s; %d requests are lost"
              .formatted(failure == null ? "the device needs a reset" : failure, inFlight));
    }
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
   * Resets the device and brings it up again, unless that was done since an epoch. Afterwards there
   * is a new one, and the device is up or {@link #dead}.
   *
   * @param seen the epoch in which the caller found it broken
   * @return whether it was the caller who did so
   */
  boolean reset(int seen) {
    resetLock.lock();
    try {
      if (epoch != seen) {
        return false;
      }
      RuntimeException failure = tryToBringUp();
      for (int i = 1; failure != null && i < MAX_ATTEMPTS && registers.mayComeBack(); i++) {
        failure = tryToBringUp();
      }
      dead = failure;
      epoch = seen + 1;
      return true;
    } finally {
      resetLock.unlock();
    }
  }

  /** Ends the waits of other queues' tasks, for these to notice the new epoch. */
  void wakeOthers(int by) {
    for (int queue = 0; queue < prepared.size(); queue++) {
      if (queue != by) {
        interrupts.wake(queue);
      }
    }
  }

  private @Nullable RuntimeException tryToBringUp() {
    try {
      bringUp();
      return null;
    } catch (BlockDeviceException | GuestOutOfMemoryException failure) {
      return failure;
    }
  }

  private void bringUp() {
    stopped = false;
    registers.setStatus(DeviceStatus.RESET);
    stopped = true;
    discardPrepared();
    Initialization steps = new Initialization(registers, guest, settings);
    Initialization.Agreed agreed = steps.agree();
    boolean adopted = false;
    try {
      adopt(agreed);
      adopted = true;
    } finally {
      if (!adopted) {
        registers.setStatus(DeviceStatus.RESET);
        agreed.rings().forEach(QueueSetup.Ring::free);
      }
    }
    for (int i = 0; i < prepared.size(); i++) {
      prepared.set(i, agreed.rings().get(i));
    }
    steps.ready();
  }

  private void adopt(Initialization.Agreed agreed) {
    if (agreed.rings().size() != prepared.size()) {
      throw new BlockDeviceException(
          "the device has %d queues now".formatted(agreed.rings().size()));
    }
    BlockLimits now = agreed.configuration().read();
    configurationLock.lock();
    try {
      configuration = agreed.configuration();
      limits = now;
    } finally {
      configurationLock.unlock();
    }
    features = agreed.features();
    setup = agreed.setup();
  }

  private void discardPrepared() {
    for (int i = 0; i < prepared.size(); i++) {
      QueueSetup.Ring unused = prepared.set(i, null);
      if (unused != null) {
        unused.free();
      }
    }
  }

  /** What the current epoch has for a queue, which takes it. */
  Renewal renew(int queue) {
    resetLock.lock();
    try {
      return new Renewal(epoch, prepared.set(queue, null), limits);
    } finally {
      resetLock.unlock();
    }
  }

  /** Whether a queue can be reset alone. */
  boolean canResetQueues() {
    return Feature.RING_RESET.isIn(features);
  }

  /**
   * Resets a queue alone (RING_RESET, virtio 1.4, section 2.6.1). The device does not use its ring
   * any more.
   *
   * @throws BlockDeviceException when it does still, as RING_RESET was not agreed on or the device
   *     does not reset the queue
   */
  void stopQueue(int queue, int seen) {
    if (!canResetQueues()) {
      throw new BlockDeviceException("a queue of the device cannot be reset alone");
    }
    resetLock.lock();
    try {
      requireEpoch(seen);
      if (!registers.resetQueue(queue)) {
        throw new BlockDeviceException("the device does not reset queue " + queue);
      }
    } finally {
      resetLock.unlock();
    }
  }

  /**
   * Enables a queue that was stopped, with a new ring.
   *
   * @throws BlockDeviceException when the device does not
   */
  QueueSetup.Ring startQueue(int queue, int seen) {
    resetLock.lock();
    try {
      requireEpoch(seen);
      return setup.enable(queue);
    } finally {
      resetLock.unlock();
    }
  }

  private void requireEpoch(int seen) {
    if (epoch != seen) {
      throw new BlockDeviceException("the device has been reset");
    }
  }

  /**
   * Resets the device for good.
   *
   * @return whether the rings' memory can be given back: not when a device that could not be
   *     brought up again does not confirm it
   */
  boolean end() {
    resetLock.lock();
    try {
      if (dead == null || !stopped) {
        registers.setStatus(DeviceStatus.RESET);
      }
      discardPrepared();
      return true;
    } catch (BlockDeviceException gone) {
      if (dead == null) {
        throw gone;
      }
      return false;
    } finally {
      resetLock.unlock();
    }
  }
}
