package dev.ringside.virtio.transport;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.FunctionState;
import dev.ringside.virtio.state.QueueState;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The queues of a function: enabled, disabled and reset by the driver (virtio 1.4, section 2.6).
 */
final class FunctionQueues {
  private static final int NONE = -1;

  private final GuestMemory memory;
  private final VirtioDevice device;
  private final FunctionTransport transport;
  private final DeviceActivity activity;
  private final List<QueueConfig> queues;
  private volatile int resetting = NONE;

  /** All queues, disabled. */
  FunctionQueues(
      GuestMemory memory,
      VirtioDevice device,
      FunctionTransport transport,
      DeviceActivity activity) {
    this.memory = memory;
    this.device = device;
    this.transport = transport;
    this.activity = activity;
    this.queues =
        Stream.generate(() -> new QueueConfig(device.maxQueueSize()))
            .limit(device.queueCount())
            .toList();
  }

  /** A queue's settings, or null when the device has no such queue. */
  @Nullable QueueConfig get(int index) {
    return index >= 0 && index < queues.size() ? queues.get(index) : null;
  }

  int count() {
    return queues.size();
  }

  boolean isEnabled(int index) {
    QueueConfig queue = get(index);
    return queue != null && queue.queue() != null;
  }

  /**
   * Enables a queue; ignored when it is enabled, or there is none.
   *
   * @throws RingViolationException when its settings break the layout's rules; it stays disabled
   */
  void enable(int index, long features) throws RingViolationException {
    QueueConfig queue = get(index);
    if (queue == null || queue.queue() != null) {
      return;
    }
    queue.activate(memory, features);
    if (activity.isWorking()) {
      device.startQueue(index);
    }
  }

  /**
   * Programs a queue and enables it where another device, or this one, left off; it is disabled.
   *
   * @param saved with a ring
   * @param account of its chains in flight; null for none
   * @throws DeviceStateException when it cannot go on there; it stays disabled
   */
  void enable(int index, QueueState saved, long features, @Nullable MemorySegment account)
      throws DeviceStateException {
    QueueConfig queue = queues.get(index);
    boolean well = false;
    try {
      queue.restore(saved, memory, features);
      DeviceQueue running = queue.queue();
      if (running != null && account != null) {
        running.keepAccount(account);
      }
      well = true;
    } finally {
      if (!well) {
        queue.reset();
      }
    }
    if (activity.isWorking()) {
      device.startQueue(index);
    }
  }

  /**
   * Finishes what a queue has in flight, and disables it.
   *
   * @return where it left off, or null when it is not enabled
   */
  @Nullable QueueState drain(int index) {
    QueueConfig queue = queues.get(index);
    DeviceQueue running = queue.queue();
    if (running == null) {
      return null;
    }
    if (activity.isStarted()) {
      device.drainQueue(index);
    }
    running.closeAccount();
    QueueState left = queue.state();
    queue.disable();
    return left;
  }

  /** Stops a queue, whose settings stay; ignored when there is no such queue. */
  void disable(int index) {
    QueueConfig queue = get(index);
    if (queue != null) {
      stop(index);
      queue.disable();
    }
  }

  /** Puts a queue back to its state after power-on; ignored when there is no such queue. */
  void reset(int index) {
    QueueConfig queue = get(index);
    if (queue == null) {
      return;
    }
    resetting = index;
    stop(index);
    queue.reset();
    transport.queueReset(index);
    resetting = NONE;
  }

  private void stop(int index) {
    if (activity.isStarted()) {
      device.stopQueue(index);
    }
  }

  /** Whether {@link #reset} is waiting for the end of what is in flight. */
  boolean isResetting(int index) {
    return index >= 0 && resetting == index;
  }

  /** Puts all queues back to their state after power-on; the device does not use them now. */
  void resetAll() {
    queues.forEach(QueueConfig::reset);
  }

  /**
   * The states of all queues.
   *
   * @param broken whether nothing of the rings is to be kept
   */
  List<QueueState> save(boolean broken) {
    return queues.stream()
        .map(queue -> broken ? queue.state().withoutRing() : queue.state())
        .toList();
  }

  /**
   * Takes over the queues of a saved function, of which there are as many.
   *
   * @param agreed whether features were agreed on, without which there is no ring
   */
  void restore(FunctionState saved, boolean agreed) throws IOException {
    for (int i = 0; i < queues.size(); i++) {
      require(agreed || saved.queues().get(i).ring() == null, "a ring before features");
      queues.get(i).restore(saved.queues().get(i), memory, saved.features());
    }
  }
}
