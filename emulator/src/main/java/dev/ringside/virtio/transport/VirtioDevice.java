package dev.ringside.virtio.transport;

/** What a device type adds to {@link VirtioFunction}: its features, its registers, its work. */
public interface VirtioDevice {
  /** The device type (virtio 1.4, section 5). */
  int deviceId();

  /** The feature bits that this device offers, those of its rings included. */
  long features();

  /** How many queues there are. */
  int queueCount();

  /** The largest size of every queue. */
  int maxQueueSize();

  /** Size of the configuration space in bytes. */
  int configSize();

  /**
   * Reads a field of the configuration space.
   *
   * @param offset in bytes; with {@code width} inside {@link #configSize}
   * @param width 1, 2, 4 or 8 bytes
   */
  long readConfig(int offset, int width);

  /**
   * Begins to work on the queues that the driver enabled: the driver set DRIVER_OK.
   *
   * @param features what driver and device agreed on
   */
  void start(VirtioFunction function, long features);

  /** The driver says that a queue has new chains. Returns at once. */
  void kick(int queue);

  /** Ends all work. When it returns, the device no longer touches guest memory. */
  void stop();
}
