package dev.ringside.driver;

import dev.ringside.virtio.spec.Feature;

/**
 * How a driver sets its request queues up: all alike, when the device is initialized, and one by
 * one when it is reset alone.
 */
final class QueueSetup {
  private final DeviceRegisters registers;
  private final Guest guest;
  private final DriverSettings settings;
  private final long features;
  private final int size;
  private final int segments;
  private final int count;

  /**
   * For a device whose features are agreed on.
   *
   * @param count how many queues there will be
   * @param size descriptors of each ring
   * @param segments the most data segments of a request
   */
  QueueSetup(
      DeviceRegisters registers,
      Guest guest,
      DriverSettings settings,
      long features,
      int count,
      int size,
      int segments) {
    this.registers = registers;
    this.guest = guest;
    this.settings = settings;
    this.features = features;
    this.count = count;
    this.size = size;
    this.segments = segments;
  }

  /**
   * A request queue.
   *
   * @param slots of its requests in flight
   * @param queue enabled, and empty
   */
  record Ring(RequestSlots slots, DriverQueue queue) {
    /** Gives the memory back. The device does not use it any more. */
    void free() {
      slots.free();
      queue.free();
    }
  }

  /**
   * Enables a queue with a ring in fresh memory.
   *
   * @throws BlockDeviceException when the device refuses it
   */
  Ring enable(int number) {
    RequestSlots slots = new RequestSlots(guest.memory(), guest.frames(), size);
    DriverQueue queue = makeQueue(slots);
    Ring ring = new Ring(slots, queue);
    CompletionPolicy completion = settings.completionOf(number, count);
    registers.useInterrupt(number, !(completion instanceof CompletionPolicy.PollQueue));
    if (!registers.enableQueue(
        number, size, queue.descriptorArea(), queue.driverArea(), queue.deviceArea())) {
      ring.free();
      throw new BlockDeviceException(
          "the device does not enable queue %d of %d".formatted(number, size));
    }
    switch (completion) {
      case CompletionPolicy.Interrupt() -> {}
      case CompletionPolicy.Careless() -> {}
      // A wait asks for an interrupt itself, if at all.
      case CompletionPolicy.Spin spin -> queue.disableInterrupts();
      case CompletionPolicy.PollQueue poll -> queue.disableInterrupts();
      case CompletionPolicy.Hybrid hybrid -> queue.disableInterrupts();
      case CompletionPolicy.DelayedInterrupt delayed -> queue.disableInterrupts();
    }
    return ring;
  }

  private DriverQueue makeQueue(RequestSlots slots) {
    // A range or the sector of a ZONE_APPEND goes along with the segments.
    int buffers = segments + 1;
    if (Feature.RING_PACKED.isIn(features)) {
      return new PackedDriverQueue(guest.memory(), guest.frames(), size, slots, buffers, features);
    }
    RingAreas areas =
        registers.isLegacy()
            ? RingAreas.contiguous(guest.frames(), size)
            : RingAreas.separate(guest.frames(), size);
    return new SplitDriverQueue(
        guest.memory(), guest.frames(), areas, size, slots, buffers, features);
  }
}
