package dev.ringside.driver;

import org.jspecify.annotations.Nullable;

/**
 * A virtio device's registers as its driver uses them, whatever transport they are reached through
 * (virtio 1.4, section 4).
 */
interface DeviceRegisters extends Interrupts, AutoCloseable {
  /** Whether this is the legacy interface: no FEATURES_OK, no version 1 (section 3.1.2). */
  boolean isLegacy();

  /** The device type (section 5). */
  int deviceId();

  /** The device status field (section 2.1). */
  int status();

  /** Sets the device status field; 0 resets, and the device is reset when this returns. */
  void setStatus(int status);

  /** The features that the device offers and these registers can use. */
  long deviceFeatures();

  /** Chooses among them. */
  void setDriverFeatures(long features);

  /** The largest size of a queue; 0 when the device has no such queue. */
  int maxQueueSize(int queue);

  /**
   * Says whether a queue has an interrupt of its own from when it is next enabled. Where all queues
   * share one there is nothing to choose.
   */
  default void useInterrupt(int queue, boolean used) {}

  /**
   * Programs and enables a queue.
   *
   * @return whether the device enabled it
   */
  boolean enableQueue(int queue, int size, long descriptorArea, long driverArea, long deviceArea);

  /**
   * Resets a queue, which can be enabled again afterwards, as RING_RESET allows (section 2.6.1).
   *
   * @return whether the device reset it; then it no longer touches the queue's memory
   */
  boolean resetQueue(int queue);

  /**
   * Tells the device that a queue has new chains.
   *
   * @param position what {@link DriverQueue#position} says; it goes along when NOTIFICATION_DATA is
   *     agreed on
   */
  void notifyQueue(int queue, int position);

  /**
   * Reads a field of the configuration space, unsigned unless it has 32 bits.
   *
   * @param width 1, 2 or 4 bytes
   */
  int readConfig(int offset, int width);

  /** Reads a field of 8 bits of the configuration space, unsigned. */
  default int config8(int offset) {
    return readConfig(offset, Byte.BYTES);
  }

  /** Reads a field of 16 bits of the configuration space, unsigned. */
  default int config16(int offset) {
    return readConfig(offset, Short.BYTES);
  }

  /** Writes a field of 8 bits of the configuration space. */
  void setConfig8(int offset, int value);

  /** Reads 32 bits of the configuration space. */
  default int config32(int offset) {
    return readConfig(offset, Integer.BYTES);
  }

  /** Changes when the configuration space has changed (section 2.5). */
  int configGeneration();

  /**
   * Why the device cannot be used although it has not said so itself: its other end is gone. Null
   * while that is not so.
   */
  default @Nullable String failure() {
    return null;
  }

  /**
   * Whether a device that could not be brought up was there and went away meanwhile, so that
   * another attempt may succeed.
   */
  default boolean mayComeBack() {
    return false;
  }

  /** The driver is done with the device, which has been reset. Registers on a bus hold nothing. */
  @Override
  default void close() {}
}
