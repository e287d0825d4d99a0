package dev.ringside.lab.live;

import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import org.jspecify.annotations.Nullable;

/**
 * The ring that a machine's disk uses now. After the driver has reset the queue it is another one,
 * which begins empty; while the queue is disabled the last one is still there to be read.
 */
final class CurrentRing {
  private final VirtualMachine machine;
  private @Nullable DeviceQueue queue;
  private RingReader reader;

  /**
   * The ring of a machine.
   *
   * @throws IllegalStateException when its device has no enabled queue
   */
  CurrentRing(VirtualMachine machine) {
    this.machine = machine;
    this.queue = enabled();
    this.reader = RingReader.of(machine);
  }

  private @Nullable DeviceQueue enabled() {
    QueueConfig config = machine.function().queue(0);
    return config == null ? null : config.queue();
  }

  /** Looks whether it has become another one. */
  @SuppressWarnings("ReferenceEquality") // a queue that is enabled again is another object
  boolean hasChanged() {
    DeviceQueue now = enabled();
    if (now == null || now == queue) {
      return false;
    }
    queue = now;
    reader = RingReader.of(machine);
    return true;
  }

  /** Reads it, as it was at the last look. */
  RingReader reader() {
    return reader;
  }
}
