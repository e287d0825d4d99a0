package dev.ringside.hostile;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.virtio.spec.SplitLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A split virtqueue, written from section 2.7. Descriptors are taken in turn, never freed. */
final class SplitGuestRing implements GuestRing {
  private final GuestRam ram;
  private final int size;
  private final long descriptors;
  private final long available;
  private final long used;
  private int nextDescriptor;
  private int nextAvailable;
  private int nextUsed;

  /** A ring of zeros at addresses of the guest's choice, all RAM. */
  SplitGuestRing(GuestRam ram, int size, long descriptors, long available, long used) {
    this.ram = ram;
    this.size = size;
    this.descriptors = descriptors;
    this.available = available;
    this.used = used;
    ram.fill(descriptors, descriptorTableBytes(size), 0);
    ram.fill(available, availableRingBytes(size), 0);
    ram.fill(used, usedRingBytes(size), 0);
    ram.allow(used, usedRingBytes(size));
  }

  @Override
  public int size() {
    return size;
  }

  long descriptors() {
    return descriptors;
  }

  long available() {
    return available;
  }

  long used() {
    return used;
  }

  @Override
  public void program(RawTransport transport, int queue) {
    transport.queueSize(queue, size);
    transport.queueAddresses(queue, descriptors, available, used);
  }

  /** Writes a descriptor of the ring's own table. */
  SplitGuestRing descriptor(int index, Buffer buffer, int flags, int next) {
    return entry(descriptors, index, buffer, flags, next);
  }

  /** Writes a descriptor of a table anywhere. */
  SplitGuestRing entry(long table, int index, Buffer buffer, int flags, int next) {
    long at = table + (long) DESCRIPTOR_SIZE * index;
    int direction = buffer.writable() ? DESC_F_WRITE : 0;
    ram.setU64(at, buffer.address());
    ram.setU64(
        at + DESCRIPTOR_LEN_FLAGS_NEXT,
        descriptorWord((int) buffer.length(), flags | direction, next));
    return this;
  }

  @Override
  public void offer(List<Buffer> chain) {
    offer(chain, 0);
  }

  /** Lays a chain with extra flags on each descriptor, and makes it available. */
  void offer(List<Buffer> chain, int extraFlags) {
    int head = nextDescriptor;
    for (int i = 0; i < chain.size(); i++) {
      int index = takeDescriptor();
      boolean last = i == chain.size() - 1;
      descriptor(
          index, chain.get(i), extraFlags | (last ? 0 : DESC_F_NEXT), last ? 0 : nextDescriptor);
    }
    makeAvailable(head);
  }

  private int takeDescriptor() {
    int index = nextDescriptor;
    nextDescriptor = (nextDescriptor + 1) % size;
    return index;
  }

  @Override
  public void offerIndirect(long table, long length, int extraFlags) {
    int head = takeDescriptor();
    descriptor(head, new Buffer(table, length, false), DESC_F_INDIRECT | extraFlags, 0);
    makeAvailable(head);
  }

  @Override
  public void table(long table, List<Buffer> entries, int extraFlags) {
    for (int i = 0; i < entries.size(); i++) {
      boolean last = i == entries.size() - 1;
      entry(table, i, entries.get(i), extraFlags | (last ? 0 : DESC_F_NEXT), last ? 0 : i + 1);
    }
  }

  /** Puts a head into the available ring and publishes it. */
  SplitGuestRing makeAvailable(int head) {
    queueHead(head);
    return availableIndex(nextAvailable);
  }

  /** Puts a head into the available ring; the device does not see it yet. */
  SplitGuestRing queueHead(int head) {
    ram.setU16(available + AVAIL_RING + 2L * (nextAvailable % size), head);
    nextAvailable = (nextAvailable + 1) & 0xffff;
    return this;
  }

  /** Publishes any available index. */
  SplitGuestRing availableIndex(int index) {
    ram.setU16Release(available + AVAIL_IDX, index & 0xffff);
    return this;
  }

  SplitGuestRing availableFlags(int flags) {
    ram.setU16(available, flags);
    return this;
  }

  SplitGuestRing usedEvent(int index) {
    ram.setU16(available + SplitLayout.usedEventOffset(size), index);
    return this;
  }

  /** Writes over the whole used ring, index included. */
  SplitGuestRing scribbleUsed(int value) {
    ram.fill(used, usedRingBytes(size), value);
    return this;
  }

  /** Without EVENT_IDX the device does not look at the event index. */
  @Override
  public void armInterrupt() {
    usedEvent(nextUsed);
  }

  /** The used index as it stands. */
  int usedIndex() {
    return ram.memory().getU16Acquire(used + USED_IDX);
  }

  @Override
  public @Nullable Used take() {
    if (usedIndex() == nextUsed) {
      return null;
    }
    long element = used + USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed % size);
    nextUsed = (nextUsed + 1) & 0xffff;
    return new Used(
        ram.getU32(element), Integer.toUnsignedLong(ram.getU32(element + Integer.BYTES)));
  }
}
