package dev.ringside.virtio.queue;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.RingState;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The device's side of a split virtqueue (virtio 1.4, section 2.7). */
public final class SplitDeviceQueue implements DeviceQueue {
  private final GuestMemory memory;
  private final int size;
  private final int mask;
  private final MemorySegment ram;

  /** Where the descriptor table lies in {@link #ram}. */
  private final long descriptorTable;

  private final MemorySegment available;
  private final MemorySegment used;

  /** Where {@link #available} and {@link #used} lie in {@link #ram}. */
  private final long availableRing;

  private final long usedRing;

  /** Null when all memory is mapped. */
  private final @Nullable RingCopy copy;

  private final long usedEvent;
  private final long availEvent;
  private final boolean eventIndex;
  private final boolean indirect;
  private final boolean inOrder;

  /** Heads that were popped and not yet given back. */
  private final boolean[] inFlight;

  /** The available index as last read; entries before it may be popped. Modulo 2^16. */
  private int seenAvailable;

  /** The next available entry to pop. Modulo 2^16. */
  private int nextAvailable;

  /** The next used entry to write. Modulo 2^16. */
  private int nextUsed;

  /** With IN_ORDER, the element of the chain that was noted last. */
  private long lastElement;

  /** The used index that the driver sees. Modulo 2^16. */
  private int publishedUsed;

  /** Where chains in flight are noted for whoever comes after this process; null for nobody. */
  private @Nullable SplitInFlight account;

  /** Heads of chains that a device before this one has left; those behind {@link #nextLeft}. */
  private int[] left = {};

  private int nextLeft;

  /** Keeps the compiler from leaving {@link #preload} out. */
  @SuppressWarnings("unused")
  private long preloaded;

  /** Expects a configuration that {@link QueueConfig} has checked. */
  SplitDeviceQueue(
      GuestMemory memory, int size, long descriptors, long available, long used, long features) {
    this.memory = memory;
    this.size = size;
    this.mask = size - 1;
    this.ram = memory.segment();
    this.descriptorTable = memory.checkedOffset(descriptors, descriptorTableBytes(size));
    this.availableRing = memory.checkedOffset(available, availableRingBytes(size));
    this.usedRing = memory.checkedOffset(used, usedRingBytes(size));
    this.available = ram.asSlice(availableRing, availableRingBytes(size));
    this.used = ram.asSlice(usedRing, usedRingBytes(size));
    this.copy = RingCopy.of(memory);
    this.usedEvent = usedEventOffset(size);
    this.availEvent = availEventOffset(size);
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.inOrder = Feature.IN_ORDER.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.inFlight = new boolean[size];
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean pop(DescriptorChain chain) throws RingViolationException {
    if (nextLeft < left.length) {
      take(left[nextLeft], chain);
      nextLeft++;
      return true;
    }
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
    take(head, chain);
    if (account != null) {
      account.taken(head);
    }
    nextAvailable = (nextAvailable + 1) & 0xffff;
    return true;
  }

  private void take(int head, DescriptorChain chain) throws RingViolationException {
    chain.start();
    chain.end(head, walk(head, chain));
    if (copy != null) {
      copy.popped(chain);
    }
    inFlight[head] = true;
  }

  @Override
  public void preload(int chains) throws RingViolationException {
    if (copy != null || (nextAvailable == seenAvailable && !refreshAvailable())) {
      return;
    }
    int count = Math.min(chains, (seenAvailable - nextAvailable) & 0xffff);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      int entry = (nextAvailable + i) & mask;
      int head = getU16(available, AVAIL_RING + (long) Short.BYTES * entry) & mask;
      long address = getU64(ram, descriptorTable + (long) DESCRIPTOR_SIZE * head);
      long offset = memory.offset(address, Long.BYTES);
      if (offset >= 0) {
        sum += getU64(ram, offset);
      }
    }
    preloaded = sum;
  }

  private boolean refreshAvailable() throws RingViolationException {
    if (copy != null) {
      copy.fetch(availableRing + AVAIL_IDX, Short.BYTES);
    }
    // Acquire: the entries and descriptors up to this index are read after it.
    int index = getU16Acquire(available, AVAIL_IDX);
    int waiting = (index - nextAvailable) & 0xffff;
    if (waiting > size) {
      throw new RingViolationException(
          RingViolation.AVAILABLE_INDEX_JUMPED,
          "from %d to %d in a queue of %d".formatted(nextAvailable, index, size));
    }
    if (copy != null && waiting > 0) {
      copy.fetch(availableRing + AVAIL_RING, (long) Short.BYTES * size);
      copy.fetch(descriptorTable, descriptorTableBytes(size));
    }
    seenAvailable = index;
    return waiting > 0;
  }

  /**
   * Copies the chain that begins at a descriptor of the ring's table. Its last descriptor there may
   * refer to an indirect table, in which it goes on (section 2.7.5.3.2: a device must accept direct
   * descriptors before it). A chain has at most as many buffers as the queue has descriptors, so
   * counting them ends every loop.
   *
   * @return how many descriptors of the ring's table it takes
   */
  private int walk(int head, DescriptorChain chain) throws RingViolationException {
    long table = descriptorTable;
    int entries = size;
    boolean inTable = false;
    int index = head;
    int left = size;
    int ringLength = 0;
    while (true) {
      long descriptor = table + (long) DESCRIPTOR_SIZE * index;
      long address = getU64(ram, descriptor + DESCRIPTOR_ADDR);
      long word = getU64(ram, descriptor + DESCRIPTOR_LEN_FLAGS_NEXT);
      int flags = flags(word);
      if ((flags & DESC_F_INDIRECT) != 0) {
        // The referring descriptor holds no buffer; its WRITE flag means nothing (2.7.5.3.2).
        table = indirectTable(address, length(word), flags, inTable);
        entries = (int) (length(word) / DESCRIPTOR_SIZE);
        inTable = true;
        ringLength++;
        index = 0;
        continue;
      }
      if (left == 0) {
        throw new RingViolationException(
            RingViolation.CHAIN_TOO_LONG, "from descriptor %d".formatted(head));
      }
      left--;
      ringLength += inTable ? 0 : 1;
      chain.add(address, length(word), (flags & DESC_F_WRITE) != 0);
      if ((flags & DESC_F_NEXT) == 0) {
        return ringLength;
      }
      index = next(word);
      if (index >= entries) {
        throw new RingViolationException(
            RingViolation.NEXT_OUT_OF_RANGE, "%d of %d".formatted(index, entries));
      }
    }
  }

  /** Where an indirect table lies in {@link #ram}, once it is checked. */
  private long indirectTable(long address, long length, int flags, boolean inTable)
      throws RingViolationException {
    if (!indirect) {
      throw new RingViolationException(
          RingViolation.INDIRECT_NOT_NEGOTIATED, "table at 0x%x".formatted(address));
    }
    if (inTable) {
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
    long offset = memory.offset(address, length);
    if (offset < 0) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM,
          "indirect table at 0x%x + %d".formatted(address, length));
    }
    if (copy != null) {
      copy.fetch(offset, length);
    }
    return offset;
  }

  @Override
  public void addUsed(DescriptorChain chain, long written) {
    addUsedAs(chain.head(), chain, written);
  }

  @Override
  public void addUsedAs(int id, DescriptorChain chain, long written) {
    // id in the low half, len in the high half.
    long element = (id & 0xffff_ffffL) | (written << Integer.SIZE);
    if (inOrder) {
      lastElement = element;
    } else {
      setElement(nextUsed, element);
    }
    if (copy != null) {
      copy.used(chain);
    }
    inFlight[chain.head()] = false;
    if (account != null) {
      account.used(chain.head());
    }
    nextUsed = (nextUsed + 1) & 0xffff;
  }

  private void setElement(int index, long element) {
    setU64(used, USED_RING + (long) USED_ELEMENT_SIZE * (index & mask), element);
  }

  @Override
  public boolean inOrder() {
    return inOrder;
  }

  @Override
  public boolean publishUsed() {
    int old = publishedUsed;
    if (nextUsed == old) {
      return false;
    }
    if (inOrder) {
      // One element for the batch: the last one's, in the place of the first (section 2.7.9).
      setElement(old, lastElement);
    }
    if (copy != null) {
      storeElements(old);
    }
    if (account != null) {
      account.publishing();
    }
    // Release: the used elements, and the data behind them, are visible before the index.
    setU16Release(used, USED_IDX, nextUsed);
    if (copy != null) {
      copy.store(usedRing + USED_IDX, Short.BYTES);
    }
    publishedUsed = nextUsed;
    if (account != null) {
      account.published(nextUsed);
    }
    // The index must be visible before the driver's wish is read: a driver that armed its interrupt
    // just before either sees the index, or is seen here (section 2.7.7.2).
    GuestMemory.fullFence();
    if (copy != null) {
      copy.fetchQuietly(availableRing + (eventIndex ? usedEvent : AVAIL_FLAGS), Short.BYTES);
    }
    if (eventIndex) {
      return passesEvent(getU16(available, usedEvent), nextUsed, old);
    }
    return (getU16(available, AVAIL_FLAGS) & AVAIL_F_NO_INTERRUPT) == 0;
  }

  /** Stores the elements from an index up to {@link #nextUsed}, which may go round the ring. */
  private void storeElements(int from) {
    if (copy == null) {
      return;
    }
    int first = from & mask;
    int count = inOrder ? 1 : (nextUsed - from) & 0xffff;
    int toEnd = Math.min(count, size - first);
    copy.store(
        usedRing + USED_RING + (long) USED_ELEMENT_SIZE * first, (long) USED_ELEMENT_SIZE * toEnd);
    copy.store(usedRing + USED_RING, (long) USED_ELEMENT_SIZE * (count - toEnd));
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
    if (copy != null) {
      copy.store(eventIndex ? usedRing + availEvent : usedRing + USED_FLAGS, Short.BYTES);
    }
    // The wish must be visible before the available index is read again: a driver that published
    // just before either sees the wish, or is seen here (section 2.7.10.1).
    GuestMemory.fullFence();
    return nextAvailable != seenAvailable || nextLeft < left.length || refreshAvailable();
  }

  @Override
  public RingState state() {
    return new RingState(nextAvailable, nextUsed);
  }

  void restore(RingState saved) throws DeviceStateException {
    DeviceStateException.require(
        isIndex(saved.nextAvailable()) && isIndex(saved.nextUsed()),
        "a split ring at %d, used %d",
        saved.nextAvailable(),
        saved.nextUsed());
    nextAvailable = saved.nextAvailable();
    seenAvailable = nextAvailable;
    nextUsed = saved.nextUsed();
    publishedUsed = nextUsed;
  }

  private static boolean isIndex(int number) {
    return (number & 0xffff) == number;
  }

  @Override
  public void adopt(List<DescriptorChain> chains) throws DeviceStateException {
    int taken = (nextAvailable - nextUsed) & 0xffff;
    DeviceStateException.require(
        taken == chains.size(), "%d chains for %d in flight", chains.size(), taken);
    for (DescriptorChain chain : chains) {
      int head = chain.head();
      DeviceStateException.require(
          head >= 0 && head < size && !inFlight[head], "descriptor %d of %d in flight", head, size);
      inFlight[head] = true;
    }
  }

  @Override
  public void keepAccount(MemorySegment region) throws DeviceStateException {
    SplitInFlight.Found found = SplitInFlight.open(region, size, nextUsed);
    account = found.account();
    List<Integer> heads = found.heads();
    if (heads != null) {
      left = heads.stream().mapToInt(Integer::intValue).toArray();
      nextAvailable = (nextUsed + left.length) & 0xffff;
      seenAvailable = nextAvailable;
    }
  }

  @Override
  public void closeAccount() {
    if (account != null && nextAvailable == nextUsed && nextLeft == left.length) {
      account.end();
    }
  }
}
