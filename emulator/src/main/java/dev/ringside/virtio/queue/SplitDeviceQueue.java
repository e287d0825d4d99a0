package dev.ringside.virtio.queue;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import java.util.BitSet;

/** The device's side of a split virtqueue (virtio 1.4, section 2.7). */
public final class SplitDeviceQueue implements DeviceQueue {
  private final GuestMemory memory;
  private final int size;
  private final int mask;
  private final long descriptors;
  private final long available;
  private final long used;
  private final long usedEvent;
  private final long availEvent;
  private final boolean eventIndex;
  private final boolean indirect;

  /** Heads that were popped and not yet given back. */
  private final BitSet inFlight;

  /** The available index as last read; entries before it may be popped. Modulo 2^16. */
  private int seenAvailable;

  /** The next available entry to pop. Modulo 2^16. */
  private int nextAvailable;

  /** The next used entry to write. Modulo 2^16. */
  private int nextUsed;

  /** The used index that the driver sees. Modulo 2^16. */
  private int publishedUsed;

  /** Expects a configuration that {@link QueueConfig} has checked. */
  SplitDeviceQueue(
      GuestMemory memory, int size, long descriptors, long available, long used, long features) {
    this.memory = memory;
    this.size = size;
    this.mask = size - 1;
    this.descriptors = descriptors;
    this.available = available;
    this.used = used;
    this.usedEvent = available + usedEventOffset(size);
    this.availEvent = used + availEventOffset(size);
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.inFlight = new BitSet(size);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean pop(DescriptorChain chain) throws RingViolationException {
    if (nextAvailable == seenAvailable && !refreshAvailable()) {
      return false;
    }
    int head = memory.getU16(available + AVAIL_RING + (long) Short.BYTES * (nextAvailable & mask));
    if (head >= size) {
      throw new RingViolationException(
          RingViolation.HEAD_OUT_OF_RANGE, "entry %d of %d".formatted(head, size));
    }
    if (inFlight.get(head)) {
      throw new RingViolationException(
          RingViolation.HEAD_IN_FLIGHT, "descriptor %d".formatted(head));
    }
    chain.start(head);
    walk(head, chain);
    inFlight.set(head);
    nextAvailable = (nextAvailable + 1) & 0xffff;
    return true;
  }

  private boolean refreshAvailable() throws RingViolationException {
    // Acquire: the entries and descriptors up to this index are read after it.
    int index = memory.getU16Acquire(available + AVAIL_IDX);
    int waiting = (index - nextAvailable) & 0xffff;
    if (waiting > size) {
      throw new RingViolationException(
          RingViolation.AVAILABLE_INDEX_JUMPED,
          "from %d to %d in a queue of %d".formatted(nextAvailable, index, size));
    }
    seenAvailable = index;
    return waiting > 0;
  }

  /**
   * Copies a chain: descriptors of the ring's table, the last of which may refer to an indirect
   * table (section 2.7.5.3.2: a device must accept direct descriptors before it). A chain has at
   * most as many buffers as the queue has descriptors, so counting steps, and one for the referring
   * descriptor, ends every loop.
   */
  private void walk(int head, DescriptorChain chain) throws RingViolationException {
    long table = descriptors;
    int tableSize = size;
    boolean inIndirect = false;
    int index = head;
    for (int steps = 0; steps <= size; steps++) {
      long descriptor = table + (long) DESCRIPTOR_SIZE * index;
      long address = memory.getU64(descriptor + DESCRIPTOR_ADDR);
      long word = memory.getU64(descriptor + DESCRIPTOR_LEN_FLAGS_NEXT);
      int flags = flags(word);
      if ((flags & DESC_F_INDIRECT) != 0) {
        tableSize = checkIndirect(address, length(word), flags, inIndirect);
        table = address;
        inIndirect = true;
        index = 0;
        // The referring descriptor holds no buffer; its WRITE flag means nothing (2.7.5.3.2).
        continue;
      }
      chain.add(address, length(word), (flags & DESC_F_WRITE) != 0);
      if ((flags & DESC_F_NEXT) == 0) {
        return;
      }
      index = next(word);
      if (index >= tableSize) {
        throw new RingViolationException(
            RingViolation.NEXT_OUT_OF_RANGE, "%d of %d".formatted(index, tableSize));
      }
    }
    throw new RingViolationException(
        RingViolation.CHAIN_TOO_LONG, "from descriptor %d".formatted(head));
  }

  private int checkIndirect(long address, long length, int flags, boolean inIndirect)
      throws RingViolationException {
    if (!indirect) {
      throw new RingViolationException(
          RingViolation.INDIRECT_NOT_NEGOTIATED, "table at 0x%x".formatted(address));
    }
    if (inIndirect) {
      throw new RingViolationException(
          RingViolation.INDIRECT_NESTED, "table at 0x%x".formatted(address));
    }
    if ((flags & DESC_F_NEXT) != 0) {
      throw new RingViolationException(
          RingViolation.INDIRECT_WITH_NEXT, "table at 0x%x".formatted(address));
    }
    if (length == 0 || length % DESCRIPTOR_SIZE != 0) {
      throw new RingViolationException(
          RingViolation.INDIRECT_LENGTH_INVALID, "%d bytes".formatted(length));
    }
    if (!memory.contains(address, length)) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM,
          "indirect table at 0x%x + %d".formatted(address, length));
    }
    return (int) (length / DESCRIPTOR_SIZE);
  }

  @Override
  public void addUsed(int head, long written) {
    long element = used + USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed & mask);
    // id in the low half, len in the high half.
    memory.setU64(element, head | (written << Integer.SIZE));
    inFlight.clear(head);
    nextUsed = (nextUsed + 1) & 0xffff;
  }

  @Override
  public boolean publishUsed() {
    int old = publishedUsed;
    if (nextUsed == old) {
      return false;
    }
    // Release: the used elements, and the data behind them, are visible before the index.
    memory.setU16Release(used + USED_IDX, nextUsed);
    publishedUsed = nextUsed;
    // The index must be visible before the driver's wish is read: a driver that armed its interrupt
    // just before either sees the index, or is seen here (section 2.7.7.2).
    GuestMemory.fullFence();
    if (eventIndex) {
      return passesEvent(memory.getU16(usedEvent), nextUsed, old);
    }
    return (memory.getU16(available + AVAIL_FLAGS) & AVAIL_F_NO_INTERRUPT) == 0;
  }

  @Override
  public int unpublished() {
    return (nextUsed - publishedUsed) & 0xffff;
  }

  @Override
  public void suppressKicks() {
    // With EVENT_IDX an avail_event that stays behind suppresses by itself.
    if (!eventIndex) {
      memory.setU16(used + USED_FLAGS, USED_F_NO_NOTIFY);
    }
  }

  @Override
  public boolean enableKicks() throws RingViolationException {
    if (eventIndex) {
      memory.setU16(availEvent, nextAvailable);
    } else {
      memory.setU16(used + USED_FLAGS, 0);
    }
    // The wish must be visible before the available index is read again: a driver that published
    // just before either sees the wish, or is seen here (section 2.7.10.1).
    GuestMemory.fullFence();
    return nextAvailable != seenAvailable || refreshAvailable();
  }
}
