package dev.ringside.virtio.transport;

/**
 * Whether a device works: it does while the driver is live, nobody suspends or pauses it, the bus
 * lets it use guest memory, and it is not broken. {@link #settle} makes it so.
 */
final class DeviceActivity {
  private final VirtioFunction function;
  private final VirtioDevice device;
  private final StatusField status;
  private final FeatureNegotiation features;
  private boolean live;
  private boolean suspended;
  private boolean memoryAccess = true;
  private boolean paused;

  /** The device has been started; it works or it is suspended. */
  private boolean started;

  /** Read by every task of the guest that notifies. */
  private volatile boolean working;

  /**
   * A device at rest.
   *
   * @param function whose queues it is started with
   */
  DeviceActivity(
      VirtioFunction function,
      VirtioDevice device,
      StatusField status,
      FeatureNegotiation features) {
    this.function = function;
    this.device = device;
    this.status = status;
    this.features = features;
  }

  /** Whether the driver has set DRIVER_OK since the last reset. */
  boolean isLive() {
    return live;
  }

  boolean isSuspended() {
    return suspended;
  }

  boolean isPaused() {
    return paused;
  }

  boolean isStarted() {
    return started;
  }

  boolean isWorking() {
    return working;
  }

  void setLive() {
    live = true;
  }

  void setSuspended(boolean now) {
    suspended = now;
  }

  void setMemoryAccess(boolean allowed) {
    memoryAccess = allowed;
  }

  void setPaused(boolean now) {
    paused = now;
  }

  /**
   * Lets the device work, or quiesces it, whenever one of the conditions has changed. A broken
   * device stays quiet until it is reset.
   */
  void settle() {
    boolean work = live && !suspended && memoryAccess && !paused && !status.isBroken();
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
      device.start(function, features.chosen());
    }
  }

  /**
   * Ends the device's work until the driver is live again, even if it has to say that it failed.
   */
  void reset() {
    boolean running = started;
    started = false;
    working = false;
    live = false;
    suspended = false;
    if (running) {
      device.stop();
    }
  }

  /** The status field of a saved device is restored: this one had been started as that one was. */
  void restoreStarted() {
    started = live && !status.isBroken();
  }
}
