package dev.ringside.lab.live;

import dev.ringside.driver.DiskQueue;
import dev.ringside.driver.RingCursors;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.PackedDeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.SplitDeviceQueue;
import dev.ringside.virtio.spec.Feature;

/**
 * Reads the ring of a machine: both sides' words in guest memory, and where they stand by their own
 * account. Reads only, so it may look at any time; beside a run at full speed what it reads in one
 * go may be of slightly different moments.
 */
sealed interface RingReader permits SplitRingReader, PackedRingReader {
  /** A reader of a machine's first queue, which must be enabled. */
  static RingReader of(VirtualMachine machine) {
    QueueConfig config = machine.function().queue(0);
    DeviceQueue device = config == null ? null : config.queue();
    if (config == null || device == null) {
      throw new IllegalStateException("the device has no enabled queue");
    }
    return of(
        machine.disk().memory(),
        config,
        device,
        machine.disk().queues().getFirst(),
        Feature.EVENT_IDX.isIn(machine.disk().features()));
  }

  private static RingReader of(
      GuestMemory memory,
      QueueConfig config,
      DeviceQueue device,
      DiskQueue driver,
      boolean eventIndex) {
    return switch (device) {
      case SplitDeviceQueue split ->
          new SplitRingReader(memory, config, split, driver::cursors, eventIndex);
      case PackedDeviceQueue packed ->
          new PackedRingReader(memory, config, packed, driver::cursors, eventIndex);
    };
  }

  /** All of it. */
  RingSnapshot snapshot();

  /** Where the driver stands. */
  RingCursors driver();

  /** How many descriptors, or indices in a split ring, there are before places repeat. */
  int modulus();

  /** Of a packed ring; 0 of a split one. */
  int packedSize();

  /** Up to where the device has given back, published or not. */
  int deviceUsed();

  /** What the device wants to hear of. */
  Wish kickWish();

  /** What the driver wants to hear of. */
  Wish interruptWish();
}
