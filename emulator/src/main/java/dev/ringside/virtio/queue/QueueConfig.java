package dev.ringside.virtio.queue;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.QueueState;
import dev.ringside.virtio.state.RingState;
import org.jspecify.annotations.Nullable;

/**
 * A virtqueue before and while it runs: what the driver programs through the transport's registers,
 * and the {@link DeviceQueue} once it is enabled. While a queue is enabled its settings do not
 * change.
 */
public final class QueueConfig {
  /** An area that the driver has not placed: no driver has its rings there. */
  private static final long NO_ADDRESS = 0;

  private final int maxSize;
  private int size;
  private long descriptorArea;
  private long driverArea;
  private long deviceArea;
  private @Nullable DeviceQueue queue;

  /**
   * A disabled queue.
   *
   * @param maxSize the largest size that the device allows, 1 to 32768
   */
  public QueueConfig(int maxSize) {
    if (maxSize < 1 || maxSize > SplitLayout.MAX_QUEUE_SIZE) {
      throw new IllegalArgumentException(
          "queue size %d: not 1 to %d".formatted(maxSize, SplitLayout.MAX_QUEUE_SIZE));
    }
    this.maxSize = maxSize;
    this.size = maxSize;
  }

  /** The largest size that the device allows. */
  public int maxSize() {
    return maxSize;
  }

  /** How many descriptors the driver chose; the maximum until it does. */
  public int size() {
    return size;
  }

  /** Sets the number of descriptors. A size that the device does not allow is ignored. */
  public void setSize(int newSize) {
    if (queue == null && newSize >= 1 && newSize <= maxSize) {
      size = newSize;
    }
  }

  /** Guest-physical address of the descriptor table. */
  public long descriptorArea() {
    return descriptorArea;
  }

  public void setDescriptorArea(long address) {
    if (queue == null) {
      descriptorArea = address;
    }
  }

  /** Guest-physical address of the available ring. */
  public long driverArea() {
    return driverArea;
  }

  public void setDriverArea(long address) {
    if (queue == null) {
      driverArea = address;
    }
  }

  /** Guest-physical address of the used ring. */
  public long deviceArea() {
    return deviceArea;
  }

  public void setDeviceArea(long address) {
    if (queue == null) {
      deviceArea = address;
    }
  }

  /** The running queue, or null while the queue is disabled. */
  public @Nullable DeviceQueue queue() {
    return queue;
  }

  /**
   * Enables the queue.
   *
   * @param features what driver and device agreed on
   * @return the running queue, which is the same one when it was enabled already
   * @throws RingViolationException when the settings break the layout's rules; the queue stays
   *     disabled
   */
  public DeviceQueue activate(GuestMemory memory, long features) throws RingViolationException {
    if (queue == null) {
      queue =
          Feature.RING_PACKED.isIn(features)
              ? activatePacked(memory, features)
              : activateSplit(memory, features);
    }
    return queue;
  }

  private DeviceQueue activateSplit(GuestMemory memory, long features)
      throws RingViolationException {
    if (Integer.bitCount(size) != 1) {
      throw new RingViolationException(
          RingViolation.QUEUE_SIZE_INVALID, "%d descriptors".formatted(size));
    }
    checkArea(
        memory,
        descriptorArea,
        SplitLayout.descriptorTableBytes(size),
        SplitLayout.DESCRIPTOR_TABLE_ALIGNMENT,
        "descriptor table");
    checkArea(
        memory,
        driverArea,
        SplitLayout.availableRingBytes(size),
        SplitLayout.AVAILABLE_RING_ALIGNMENT,
        "available ring");
    checkArea(
        memory,
        deviceArea,
        SplitLayout.usedRingBytes(size),
        SplitLayout.USED_RING_ALIGNMENT,
        "used ring");
    checkDisjoint(
        SplitLayout.descriptorTableBytes(size),
        SplitLayout.availableRingBytes(size),
        SplitLayout.usedRingBytes(size));
    return new SplitDeviceQueue(memory, size, descriptorArea, driverArea, deviceArea, features);
  }

  /** A packed ring has any size that {@link #setSize} takes. */
  private DeviceQueue activatePacked(GuestMemory memory, long features)
      throws RingViolationException {
    checkArea(
        memory,
        descriptorArea,
        PackedLayout.descriptorRingBytes(size),
        PackedLayout.DESCRIPTOR_RING_ALIGNMENT,
        "descriptor ring");
    checkArea(
        memory,
        driverArea,
        PackedLayout.EVENT_SIZE,
        PackedLayout.EVENT_ALIGNMENT,
        "driver event suppression");
    checkArea(
        memory,
        deviceArea,
        PackedLayout.EVENT_SIZE,
        PackedLayout.EVENT_ALIGNMENT,
        "device event suppression");
    checkDisjoint(
        PackedLayout.descriptorRingBytes(size), PackedLayout.EVENT_SIZE, PackedLayout.EVENT_SIZE);
    return new PackedDeviceQueue(memory, size, descriptorArea, driverArea, deviceArea, features);
  }

  private static void checkArea(
      GuestMemory memory, long address, long length, int alignment, String area)
      throws RingViolationException {
    if (address % alignment != 0) {
      throw new RingViolationException(
          RingViolation.RING_MISALIGNED,
          "%s at 0x%x, alignment %d".formatted(area, address, alignment));
    }
    if (address == NO_ADDRESS) {
      throw new RingViolationException(RingViolation.RING_WITHOUT_ADDRESS, area);
    }
    if (!memory.contains(address, length)) {
      throw new RingViolationException(
          RingViolation.RING_OUTSIDE_RAM, "%s at 0x%x + %d".formatted(area, address, length));
    }
  }

  /** What one side writes is not the other's. The areas are in RAM, so no sum wraps. */
  private void checkDisjoint(long descriptorBytes, long driverBytes, long deviceBytes)
      throws RingViolationException {
    checkDisjoint(descriptorArea, descriptorBytes, driverArea, driverBytes);
    checkDisjoint(descriptorArea, descriptorBytes, deviceArea, deviceBytes);
    checkDisjoint(driverArea, driverBytes, deviceArea, deviceBytes);
  }

  private static void checkDisjoint(long first, long firstBytes, long second, long secondBytes)
      throws RingViolationException {
    if (first < second + secondBytes && second < first + firstBytes) {
      throw new RingViolationException(
          RingViolation.RING_AREAS_OVERLAP, "0x%x and 0x%x".formatted(first, second));
    }
  }

  /** What the driver has programmed, and what a running queue keeps to itself. */
  public QueueState state() {
    return new QueueState(
        size, descriptorArea, driverArea, deviceArea, queue == null ? null : queue.state());
  }

  /**
   * Becomes a queue that was saved; this one is as after power-on. A running one still has to
   * {@linkplain DeviceQueue#adopt adopt} its chains in flight.
   *
   * @param features what driver and device agreed on
   * @throws DeviceStateException when a driver could not have programmed this
   */
  public void restore(QueueState saved, GuestMemory memory, long features)
      throws DeviceStateException {
    DeviceStateException.require(
        saved.size() >= 1 && saved.size() <= maxSize,
        "a queue of %d descriptors, and this device has %d",
        saved.size(),
        maxSize);
    size = saved.size();
    descriptorArea = saved.descriptorArea();
    driverArea = saved.driverArea();
    deviceArea = saved.deviceArea();
    RingState ring = saved.ring();
    if (ring == null) {
      return;
    }
    try {
      switch (activate(memory, features)) {
        case SplitDeviceQueue split -> split.restore(ring);
        case PackedDeviceQueue packed -> packed.restore(ring);
      }
    } catch (RingViolationException broken) {
      throw new DeviceStateException("a queue: " + broken.getMessage(), broken);
    }
  }

  /** Disables the queue and keeps its settings. Whoever used {@link #queue} has stopped. */
  public void disable() {
    queue = null;
  }

  /** Back to the state after power-on. Whoever used {@link #queue} has stopped. */
  public void reset() {
    queue = null;
    size = maxSize;
    descriptorArea = 0;
    driverArea = 0;
    deviceArea = 0;
  }
}
