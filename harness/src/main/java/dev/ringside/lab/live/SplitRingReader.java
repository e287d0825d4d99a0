package dev.ringside.lab.live;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.driver.RingCursors;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.queue.SplitDeviceQueue;
import dev.ringside.virtio.state.RingState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads a split ring. */
final class SplitRingReader implements RingReader {
  private final GuestMemory memory;
  private final int size;
  private final long descriptorTable;
  private final long available;
  private final long used;
  private final SplitDeviceQueue device;
  private final Supplier<RingCursors> driver;
  private final boolean eventIndex;

  SplitRingReader(
      GuestMemory memory,
      QueueConfig config,
      SplitDeviceQueue device,
      Supplier<RingCursors> driver,
      boolean eventIndex) {
    this.memory = memory;
    this.size = config.size();
    this.descriptorTable = config.descriptorArea();
    this.available = config.driverArea();
    this.used = config.deviceArea();
    this.device = device;
    this.driver = driver;
    this.eventIndex = eventIndex;
  }

  @Override
  public RingSnapshot snapshot() {
    RingCursors own = driver.get();
    RingState taken = device.state();
    List<Integer> heads = new ArrayList<>();
    List<RingSnapshot.UsedElement> elements = new ArrayList<>();
    List<RingSnapshot.Descriptor> descriptors = new ArrayList<>();
    for (int i = 0; size <= RingSnapshot.MOST_SHOWN && i < size; i++) {
      heads.add(memory.getU16(available + AVAIL_RING + (long) Short.BYTES * i));
      elements.add(element(used + USED_RING + (long) USED_ELEMENT_SIZE * i));
      descriptors.add(descriptor(descriptorTable + (long) DESCRIPTOR_SIZE * i));
    }
    return new RingSnapshot.Split(
        size,
        eventIndex,
        memory.getU16(available + AVAIL_FLAGS),
        memory.getU16(available + AVAIL_IDX),
        heads,
        memory.getU16(available + usedEventOffset(size)),
        memory.getU16(used + USED_FLAGS),
        memory.getU16(used + USED_IDX),
        elements,
        memory.getU16(used + availEventOffset(size)),
        descriptors,
        own.next(),
        own.nextUsed(),
        taken.nextAvailable(),
        taken.nextUsed());
  }

  private RingSnapshot.UsedElement element(long at) {
    return new RingSnapshot.UsedElement(
        Integer.toUnsignedLong(memory.getU32(at)),
        Integer.toUnsignedLong(memory.getU32(at + Integer.BYTES)));
  }

  private RingSnapshot.Descriptor descriptor(long at) {
    long word = memory.getU64(at + DESCRIPTOR_LEN_FLAGS_NEXT);
    return new RingSnapshot.Descriptor(
        memory.getU64(at + DESCRIPTOR_ADDR), length(word), flags(word), next(word));
  }

  @Override
  public RingCursors driver() {
    return driver.get();
  }

  @Override
  public int modulus() {
    return 1 << 16;
  }

  @Override
  public int packedSize() {
    return 0;
  }

  @Override
  public int deviceUsed() {
    return device.state().nextUsed();
  }

  @Override
  public Wish kickWish() {
    return eventIndex
        ? new Wish.FromIndex(memory.getU16(used + availEventOffset(size)))
        : new Wish.Always((memory.getU16(used + USED_FLAGS) & USED_F_NO_NOTIFY) == 0);
  }

  @Override
  public Wish interruptWish() {
    return eventIndex
        ? new Wish.FromIndex(memory.getU16(available + usedEventOffset(size)))
        : new Wish.Always((memory.getU16(available + AVAIL_FLAGS) & AVAIL_F_NO_INTERRUPT) == 0);
  }
}
