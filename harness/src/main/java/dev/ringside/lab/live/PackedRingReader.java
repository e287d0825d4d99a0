package dev.ringside.lab.live;

import static dev.ringside.virtio.spec.PackedLayout.*;

import dev.ringside.driver.RingCursors;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.PackedDeviceQueue;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.state.RingState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads a packed ring. */
final class PackedRingReader implements RingReader {
  private final GuestMemory memory;
  private final int size;
  private final long ring;
  private final long driverEvent;
  private final long deviceEvent;
  private final PackedDeviceQueue device;
  private final Supplier<RingCursors> driver;
  private final boolean eventIndex;

  PackedRingReader(
      GuestMemory memory,
      QueueConfig config,
      PackedDeviceQueue device,
      Supplier<RingCursors> driver,
      boolean eventIndex) {
    this.memory = memory;
    this.size = config.size();
    this.ring = config.descriptorArea();
    this.driverEvent = config.driverArea();
    this.deviceEvent = config.deviceArea();
    this.device = device;
    this.driver = driver;
    this.eventIndex = eventIndex;
  }

  @Override
  public RingSnapshot snapshot() {
    RingCursors own = driver.get();
    RingState taken = device.state();
    List<RingSnapshot.Descriptor> descriptors = new ArrayList<>();
    for (int i = 0; size <= RingSnapshot.MOST_SHOWN && i < size; i++) {
      descriptors.add(descriptor(ring + (long) DESCRIPTOR_SIZE * i));
    }
    return new RingSnapshot.Packed(
        size,
        eventIndex,
        descriptors,
        suppression(driverEvent),
        suppression(deviceEvent),
        own.next(),
        own.published(),
        own.nextUsed(),
        taken.nextAvailable(),
        taken.nextUsed());
  }

  private RingSnapshot.Descriptor descriptor(long at) {
    long word = memory.getU64(at + DESCRIPTOR_LEN_ID_FLAGS);
    return new RingSnapshot.Descriptor(
        memory.getU64(at + DESCRIPTOR_ADDR), length(word), descriptorFlags(word), id(word));
  }

  private Wish.Suppression suppression(long at) {
    int event = memory.getU32(at);
    return new Wish.Suppression(event >>> Short.SIZE, eventOffset(event), eventWrap(event));
  }

  @Override
  public RingCursors driver() {
    return driver.get();
  }

  @Override
  public int modulus() {
    return 2 * size;
  }

  @Override
  public int packedSize() {
    return size;
  }

  @Override
  public int deviceUsed() {
    return device.state().nextUsed();
  }

  @Override
  public Wish kickWish() {
    return suppression(deviceEvent);
  }

  @Override
  public Wish interruptWish() {
    return suppression(driverEvent);
  }
}
