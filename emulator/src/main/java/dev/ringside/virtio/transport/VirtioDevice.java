package dev.ringside.virtio.transport;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/** What a device type adds to {@link VirtioFunction}: its features, its registers, its work. */
public interface VirtioDevice {
  /** The device type (virtio 1.4, section 5). */
  int deviceId();

  /** The feature bits that this device offers, those of its rings included. */
  long features();

  /** Limits what device and transport offer together, as a set of feature bits. */
  long offerableFeatures();

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
   * The driver writes a field of the configuration space. What is not writable is ignored.
   *
   * @param offset in bytes; with {@code width} inside {@link #configSize}
   * @param width 1, 2, 4 or 8 bytes
   */
  void writeConfig(int offset, int width, long value);

  /**
   * The driver sets FEATURES_OK. The device may refuse a choice that it cannot work with (virtio
   * 1.4, section 3.1.1); a choice that it accepts can change the configuration space.
   *
   * @param features a subset of {@link #features}
   */
  default boolean accepts(long features) {
    return true;
  }

  /** The driver resets a device that is not working: what was agreed on is void. */
  default void reset() {}

  /**
   * Begins to work on the queues that the driver enabled: the driver set DRIVER_OK.
   *
   * @param features what driver and device agreed on
   */
  void start(VirtioFunction function, long features);

  /** Begins to work on a queue that the driver enabled after {@link #start}. */
  void startQueue(int queue);

  /**
   * Ends the work on one queue: the driver resets it (section 2.6.1). When it returns, the device
   * no longer touches guest memory for this queue. The queue may not have been started.
   */
  void stopQueue(int queue);

  /**
   * As {@link #stopQueue}, but what was taken is finished and given back first. A queue that is
   * started again goes on where it was.
   */
  void drainQueue(int queue);

  /** The driver says that a queue has new chains. Returns at once. */
  void kick(int queue);

  /**
   * Ends the work on all queues for a while: takes no more chains, finishes those that it has taken
   * and says so to the driver. When it returns, the device no longer touches guest memory; the
   * queues keep their state.
   */
  void suspend();

  /**
   * As {@link #suspend}, but what was taken and not begun is left for who goes on: this device, or
   * another one that restores what this one saves.
   */
  void pause();

  /**
   * Goes on with the work on the enabled queues after {@link #suspend}, {@link #pause} or {@link
   * #restore}.
   */
  void resume();

  /** Writes what another device needs to go on; this one does not work now. */
  void save(DataOutput out) throws IOException;

  /**
   * Becomes a device that was saved. This one was not started; {@link #resume} follows.
   *
   * @param function whose queues are restored, but for their chains in flight
   * @param features what driver and device agreed on; {@link #accepts} has been asked
   * @param running whether the saved device had been started
   * @throws IOException when the state is damaged, or of another device; then this one is reset
   */
  void restore(VirtioFunction function, long features, boolean running, DataInputStream in)
      throws IOException;

  /** Ends all work. When it returns, the device no longer touches guest memory. */
  void stop();
}
