package dev.ringside.virtio.transport;

import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.state.FunctionState;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The configuration space of a function, its generation, and the notification of its changes
 * (virtio 1.4, section 2.5). One lock guards all of it, so that whoever is told of a change finds
 * it.
 */
final class ConfigurationAccess {
  private final VirtioDevice device;
  private final FunctionTransport transport;
  private final StatusField status;
  private final ReentrantLock lock = new ReentrantLock();
  private int generation;

  /** The configuration has changed since its generation was read. */
  private boolean stale;

  /** A configuration change waits for the end of a suspension. */
  private boolean pending;

  ConfigurationAccess(VirtioDevice device, FunctionTransport transport, StatusField status) {
    this.device = device;
    this.transport = transport;
    this.status = status;
  }

  /** Reads a field; what lies outside reads as zero. */
  long read(long offset, int width) {
    if (!isInside(offset, width)) {
      return 0;
    }
    lock.lock();
    try {
      return device.readConfig((int) offset, width);
    } finally {
      lock.unlock();
    }
  }

  /** The driver writes a field; ignored outside. */
  void write(long offset, int width, long value) {
    if (!isInside(offset, width)) {
      return;
    }
    lock.lock();
    try {
      device.writeConfig((int) offset, width, value);
    } finally {
      lock.unlock();
    }
  }

  private boolean isInside(long offset, int width) {
    return offset >= 0 && offset <= device.configSize() - width;
  }

  /** Moves by one at most each time it is read, and only when something has changed since. */
  int generation() {
    lock.lock();
    try {
      if (stale) {
        stale = false;
        generation++;
      }
      return generation;
    } finally {
      lock.unlock();
    }
  }

  /** Changes the space in one step for a driver that compares generations, and tells the driver. */
  void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      stale = true;
      notifyOfChange();
    } finally {
      lock.unlock();
    }
  }

  /** Asks the device whether it works with these features, which can change the space. */
  boolean accepts(long features) {
    lock.lock();
    try {
      return device.accepts(features);
    } finally {
      lock.unlock();
    }
  }

  /** Sets NEEDS_RESET, and tells a driver that is ready to hear it (section 2.1.2). */
  void needReset() {
    lock.lock();
    try {
      status.add(DeviceStatus.NEEDS_RESET);
      notifyOfChange();
    } finally {
      lock.unlock();
    }
  }

  /** Only a live driver is notified; a suspended one hears of it when it resumes. */
  private void notifyOfChange() {
    int now = status.get();
    if ((now & DeviceStatus.DRIVER_OK) != 0) {
      transport.configChange();
    } else if ((now & DeviceStatus.SUSPEND) != 0) {
      pending = true;
    }
  }

  /** Ends the suspension in the status field, and tells the driver of a change during it. */
  void endSuspension() {
    lock.lock();
    try {
      status.endSuspension();
      if (pending) {
        pending = false;
        transport.configChange();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the device agreed on is void. */
  void resetDevice() {
    lock.lock();
    try {
      device.reset();
    } finally {
      lock.unlock();
    }
  }

  /** The last step of a reset: no notification is under way when the driver reads status 0. */
  void endReset() {
    lock.lock();
    try {
      pending = false;
      transport.reset();
      // Last: a driver that reads 0 may take its memory back (section 2.1.2).
      status.reset();
    } finally {
      lock.unlock();
    }
  }

  /** The generation as the driver read it last. */
  int shownGeneration() {
    return generation;
  }

  boolean isStale() {
    return stale;
  }

  boolean isPending() {
    return pending;
  }

  void restore(FunctionState saved) {
    generation = saved.configGeneration();
    stale = saved.configStale();
    pending = saved.configPending();
  }
}
