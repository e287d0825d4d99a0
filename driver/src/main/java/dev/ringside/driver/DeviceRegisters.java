package dev.ringside.driver;

import dev.ringside.machine.InterruptLine;

/**
 * A virtio device's registers as its driver uses them, whatever transport they are reached through
 * (virtio 1.4, section 4).
 */
interface DeviceRegisters {
  /** The device type (section 5). */
  int deviceId();

  /** The device status field (section 2.1). */
  int status();

  /** Sets the device status field; 0 resets. */
  void setStatus(int status);

  /** All features that the device offers. */
  long deviceFeatures();

  /** Chooses among them. */
  void setDriverFeatures(long features);

  /** The largest size of a queue; 0 when the device has no such queue. */
  int maxQueueSize(int queue);

  /**
   * Programs and enables a queue.
   *
   * @return whether the device enabled it
   */
  boolean enableQueue(int queue, int size, long descriptorArea, long driverArea, long deviceArea);

  /**
   * Tells the device that a queue has new chains.
   *
   * @param position what {@link DriverQueue#position} says; it goes along when NOTIFICATION_DATA is
   *     agreed on
   */
  void notifyQueue(int queue, int position);

  /**
   * Where a queue's interrupts arrive. Queues may share one line; then {@link
   * #acknowledgeInterrupt} does not say which of them it was.
   */
  InterruptLine line(int queue);

  /** Why the interrupt was raised, and that the driver has seen it. */
  int acknowledgeInterrupt();

  /** Reads a field of 8 bits of the configuration space, unsigned. */
  int config8(int offset);

  /** Reads a field of 16 bits of the configuration space, unsigned. */
  int config16(int offset);

  /** Writes a field of 8 bits of the configuration space. */
  void setConfig8(int offset, int value);

  /** Reads 32 bits of the configuration space. */
  int config32(int offset);

  /** Changes when the configuration space has changed (section 2.5). */
  int configGeneration();
}
