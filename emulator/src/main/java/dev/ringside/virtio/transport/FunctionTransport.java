package dev.ringside.virtio.transport;

import dev.ringside.machine.Signal;
import dev.ringside.machine.WakeUp;
import dev.ringside.virtio.spec.Feature;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/** What a {@link VirtioFunction} needs of the transport that carries it. */
public interface FunctionTransport {
  /**
   * Features that every transport with a version 1 interface adds to the device's.
   *
   * <p>ACCESS_PLATFORM and ORDER_PLATFORM are true by the way memory is built: an address that the
   * device is given passes the platform, which translates it to itself, and both sides use the
   * fences of one machine.
   */
  long COMMON_FEATURES =
      Feature.setOf(
          Feature.ACCESS_PLATFORM,
          Feature.ORDER_PLATFORM,
          Feature.NOTIFICATION_DATA,
          Feature.RING_RESET,
          Feature.SUSPEND);

  /** What this transport offers for a device with these features. */
  long offer(long deviceFeatures);

  /** Whether this is the legacy interface: no FEATURES_OK, no version 1 (section 2.2.3). */
  boolean isLegacy();

  /**
   * What the device's task for a queue waits for. Where a notification comes from outside of this
   * process, the transport lets the task itself wait for it.
   */
  default WakeUp wakeUp(int queue) {
    return new Signal();
  }

  /** Sends a used buffer notification. */
  void usedBuffers(int queue);

  /** Sends a configuration change notification. */
  void configChange();

  /** A queue was reset: what the transport keeps of it is forgotten. */
  void queueReset(int queue);

  /** The function was reset: pending notifications are forgotten, selectors are 0 again. */
  void reset();

  /** Writes what the transport keeps of its own, beginning with a name of its kind. */
  void save(DataOutput out) throws IOException;

  /**
   * Becomes the transport of a device that was saved; the function is restored already, and paused.
   *
   * @throws IOException when the state is damaged, or of another kind of transport
   */
  void restore(DataInputStream in) throws IOException;
}
