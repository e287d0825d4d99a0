package dev.ringside.virtio.queue;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import java.lang.foreign.MemorySegment;

/** The device's side of a split virtqueue (virtio 1.4, section 2.7). */
public final class SplitDeviceQueue implements DeviceQueue {
  private final GuestMemory memory;
  private final int size;
  private final int mask;
  private final MemorySegment descriptors;
  private final MemorySegment available;
  private final MemorySegment used;
  private final long usedEvent;
  private final long availEvent;
  private final boolean eventIndex;
  private final boolean indirect;

  /** Heads that were popped and not yet given back. */
  private final boolean[] inFlight;

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
    this.descriptors = memory.slice(descriptors, descriptorTableBytes(size));
    this.available = memory.slice(available, availableRingBytes(size));
    this.used = memory.slice(used, usedRingBytes(size));
    this.usedEvent = usedEventOffset(size);
    this.availEvent = availEventOffset(size);
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.inFlight = new boolean[size];
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
    int head = getU16(available, AVAIL_RING + (long) Short.BYTES * (nextAvailable & mask));
    if (head >= size) {
      throw new RingViolationException(
          RingViolation.HEAD_OUT_OF_RANGE, "entry %d of %d".formatted(head, size));
    }
    if (inFlight[head]) {
      throw new RingViolationException(
          RingViolation.HEAD_IN_FLIGHT, "descriptor %d".formatted(head));
    }
    chain.start(head);
    walk(descriptors, 0, size, head, false, size, chain);
    chain.end();
    inFlight[head] = true;
    nextAvailable = (nextAvailable + 1) & 0xffff;
    return true;
  }

  private boolean refreshAvailable() throws RingViolationException {
    // Acquire: the entries and descriptors up to this index are read after it.
    int index = getU16Acquire(available, AVAIL_IDX);
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
   * Copies the chain that begins at a descriptor of a table: the ring's own, or an indirect one
   * that the last descriptor of the ring's table refers to (section 2.7.5.3.2: a device must accept
   * direct descriptors before it). A chain has at most as many buffers as the queue has
   * descriptors, so counting them ends every loop.
   *
   * @param start where the table begins in its segment
   * @param nested whether this is an indirect table
   * @param buffersLeft how many more buffers the chain may have
   */
  private void walk(
      MemorySegment table,
      long start,
      int tableSize,
      int first,
      boolean nested,
      int buffersLeft,
      DescriptorChain chain)
      throws RingViolationException {
    int index = first;
    for (int left = buffersLeft; ; left--) {
      long descriptor = start + (long) DESCRIPTOR_SIZE * index;
      long address = getU64(table, descriptor + DESCRIPTOR_ADDR);
      long word = getU64(table, descriptor + DESCRIPTOR_LEN_FLAGS_NEXT);
      int flags = flags(word);
      if ((flags & DESC_F_INDIRECT) != 0) {
        // The referring descriptor holds no buffer; its WRITE flag means nothing (2.7.5.3.2).
        walkIndirect(address, length(word), flags, nested, left, chain);
        return;
      }
      if (left == 0) {
        throw new RingViolationException(
            RingViolation.CHAIN_TOO_LONG, "from descriptor %d".formatted(chain.head()));
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
  }

  private void walkIndirect(
      long address, long length, int flags, boolean nested, int buffersLeft, DescriptorChain chain)
      throws RingViolationException {
    if (!indirect) {
      throw new RingViolationException(
          RingViolation.INDIRECT_NOT_NEGOTIATED, "table at 0x%x".formatted(address));
    }
    if (nested) {
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
    long start = memory.offset(address, length);
    if (start < 0) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM,
          "indirect table at 0x%x + %d".formatted(address, length));
    }
    int entries = (int) (length / DESCRIPTOR_SIZE);
    walk(memory.segment(), start, entries, 0, true, buffersLeft, chain);
  }

  @Override
  public void addUsed(int head, long written) {
    addUsedAs(head, head, written);
  }

  @Override
  public void addUsedAs(int id, int head, long written) {
    long element = USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed & mask);
    // id in the low half, len in the high half.
    setU64(used, element, id | (written << Integer.SIZE));
    inFlight[head] = false;
    nextUsed = (nextUsed + 1) & 0xffff;
  }

  @Override
  public boolean publishUsed() {
    int old = publishedUsed;
    if (nextUsed == old) {
      return false;
    }
    // Release: the used elements, and the data behind them, are visible before the index.
    setU16Release(used, USED_IDX, nextUsed);
    publishedUsed = nextUsed;
    // The index must be visible before the driver's wish is read: a driver that armed its interrupt
    // just before either sees the index, or is seen here (section 2.7.7.2).
    GuestMemory.fullFence();
    if (eventIndex) {
      return passesEvent(getU16(available, usedEvent), nextUsed, old);
    }
    return (getU16(available, AVAIL_FLAGS) & AVAIL_F_NO_INTERRUPT) == 0;
  }

  @Override
  public int unpublished() {
    return (nextUsed - publishedUsed) & 0xffff;
  }

  @Override
  public void suppressKicks() {
    // With EVENT_IDX an avail_event that stays behind suppresses by itself.
    if (!eventIndex) {
      setU16(used, USED_FLAGS, USED_F_NO_NOTIFY);
    }
  }

  @Override
  public boolean enableKicks() throws RingViolationException {
    if (eventIndex) {
      setU16(used, availEvent, nextAvailable);
    } else {
      setU16(used, USED_FLAGS, 0);
    }
    // The wish must be visible before the available index is read again: a driver that published
    // just before either sees the wish, or is seen here (section 2.7.10.1).
    GuestMemory.fullFence();
    return nextAvailable != seenAvailable || refreshAvailable();
  }
}
