package dev.ringside.hostile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A packed virtqueue, written from section 2.8.
 *
 * <pre>
 * descriptor, 16 bytes, at ring + 16 slot          event suppression, 4 bytes
 *   0      8     12   14      16                     0                       2        4
 *   | addr | len | id | flags |                      | offset : 15, wrap : 1 | flags  |
 * </pre>
 *
 * <p>A descriptor is available when AVAIL is the driver's wrap counter and USED is not; used when
 * both are. The counters begin at 1 and flip whenever the ring is passed.
 */
final class PackedGuestRing implements GuestRing {
  static final int NEXT = 1;
  static final int WRITE = 1 << 1;
  static final int INDIRECT = 1 << 2;
  static final int AVAIL = 1 << 7;
  static final int USED = 1 << 15;

  static final int EVENTS_ENABLE = 0;
  static final int EVENTS_DISABLE = 1;
  static final int EVENTS_DESCRIPTOR = 2;
  static final int EVENTS_RESERVED = 3;

  static final int EVENT_BYTES = 4;

  private static final int DESCRIPTOR = 16;
  private static final int LEN = 8;
  private static final int ID = 12;
  private static final int FLAGS = 14;

  private final GuestRam ram;
  private final int size;
  private final long ring;
  private final long driverEvent;
  private final long deviceEvent;

  /** How many slots the list of a buffer id takes. */
  private final int[] slotsOf = new int[1 << 16];

  private int nextSlot;
  private boolean lap = true;
  private int nextId;
  private int usedSlot;
  private boolean usedLap = true;

  /** A ring of zeros at addresses of the guest's choice, all RAM. */
  PackedGuestRing(GuestRam ram, int size, long ring, long driverEvent, long deviceEvent) {
    this.ram = ram;
    this.size = size;
    this.ring = ring;
    this.driverEvent = driverEvent;
    this.deviceEvent = deviceEvent;
    ram.fill(ring, ringBytes(size), 0);
    ram.fill(driverEvent, EVENT_BYTES, 0);
    ram.fill(deviceEvent, EVENT_BYTES, 0);
    ram.allow(ring, ringBytes(size));
    ram.allow(deviceEvent, EVENT_BYTES);
  }

  static long ringBytes(int size) {
    return (long) DESCRIPTOR * size;
  }

  @Override
  public int size() {
    return size;
  }

  long ring() {
    return ring;
  }

  @Override
  public void program(RawTransport transport, int queue) {
    transport.queueSize(queue, size);
    transport.queueAddresses(queue, ring, driverEvent, deviceEvent);
  }

  /** AVAIL and USED of a descriptor that becomes available in this lap. */
  int availableFlags() {
    return lap ? AVAIL : USED;
  }

  /** Writes a descriptor with any flags; they become visible last. */
  PackedGuestRing descriptor(int slot, Buffer buffer, int id, int flags) {
    long at = ring + (long) DESCRIPTOR * slot;
    ram.setU64(at, buffer.address());
    ram.setU32(at + LEN, (int) buffer.length());
    ram.setU16(at + ID, id);
    ram.setU16Release(at + FLAGS, flags | (buffer.writable() ? WRITE : 0));
    return this;
  }

  @Override
  public void offer(List<Buffer> chain) {
    int id = nextId;
    nextId = (nextId + 1) & 0xffff;
    offer(chain, id, 0);
  }

  /** Lays a list with an id and extra flags of the guest's choice, and makes it available. */
  void offer(List<Buffer> chain, int id, int extraFlags) {
    int head = nextSlot;
    int headFlags = 0;
    for (int i = 0; i < chain.size(); i++) {
      Buffer buffer = chain.get(i);
      int flags = availableFlags() | extraFlags | (i == chain.size() - 1 ? 0 : NEXT);
      if (i == 0) {
        headFlags = flags;
        descriptor(head, buffer, id, lap ? USED : AVAIL);
      } else {
        descriptor(nextSlot, buffer, id, flags);
      }
      nextSlot++;
      if (nextSlot == size) {
        nextSlot = 0;
        lap = !lap;
      }
    }
    slotsOf[id] = chain.size();
    // The first descriptor last: the device sees the list whole (section 2.8.21.1).
    descriptor(head, chain.getFirst(), id, headFlags);
  }

  @Override
  public void offerIndirect(long table, long length, int extraFlags) {
    int id = nextId;
    nextId = (nextId + 1) & 0xffff;
    offer(List.of(new Buffer(table, length, false)), id, INDIRECT | extraFlags);
  }

  @Override
  public void table(long table, List<Buffer> entries, int extraFlags) {
    for (int i = 0; i < entries.size(); i++) {
      long at = table + (long) DESCRIPTOR * i;
      Buffer buffer = entries.get(i);
      ram.setU64(at, buffer.address());
      ram.setU32(at + LEN, (int) buffer.length());
      ram.setU16(at + ID, 0);
      ram.setU16(at + FLAGS, extraFlags | (buffer.writable() ? WRITE : 0));
    }
  }

  /** What the driver tells the device about interrupts. */
  PackedGuestRing driverEvent(int offsetAndWrap, int flags) {
    ram.setU16(driverEvent, offsetAndWrap);
    ram.setU16Release(driverEvent + Short.BYTES, flags);
    return this;
  }

  /** A ring of zeros asks for every interrupt. */
  @Override
  public void armInterrupt() {}

  @Override
  public @Nullable Used take() {
    long at = ring + (long) DESCRIPTOR * usedSlot;
    int flags = ram.memory().getU16Acquire(at + FLAGS);
    int expected = usedLap ? AVAIL | USED : 0;
    if ((flags & (AVAIL | USED)) != expected) {
      return null;
    }
    int id = ram.getU16(at + ID);
    usedSlot += slotsOf[id];
    if (usedSlot >= size) {
      usedSlot -= size;
      usedLap = !usedLap;
    }
    return new Used(id, Integer.toUnsignedLong(ram.getU32(at + LEN)));
  }
}
