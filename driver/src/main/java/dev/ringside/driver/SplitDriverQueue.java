package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The driver's side of a split virtqueue (virtio 1.4, section 2.7). With INDIRECT_DESC every chain
 * of more than one buffer takes one descriptor of the ring, which refers to a table of its own; the
 * tables are part of the ring's memory, one for each descriptor.
 */
final class SplitDriverQueue implements DriverQueue {
  /**
   * Entries of the table that a short chain uses: header, two buffers, status. It fills one cache
   * line, and the tables of neighbouring descriptors lie in neighbouring lines; the large tables, a
   * power of two apart, would compete for the same few sets of the cache.
   */
  private static final int SMALL_TABLE = 4;

  /** How far ahead an event index is put so that it is not reached: half of the index space. */
  private static final int FAR = 0x8000;

  /** After how many chains a far event index is moved on. */
  private static final int FAR_REFRESH = 0x2000;

  private final FrameAllocator frames;
  private final int size;
  private final int mask;
  private final RingAreas areas;
  private final MemorySegment descriptors;
  private final MemorySegment available;
  private final MemorySegment used;
  private final long usedEvent;
  private final long availEvent;
  private final long tableArea;
  private final MemorySegment tables;
  private final int tableEntries;
  private final boolean eventIndex;
  private final boolean indirect;

  /** Descriptors that no chain has. */
  private final FreeList free;

  /** The token of the chain that begins at a descriptor, or {@link #NONE}. */
  private final int[] tokens;

  /** The driver's own copy of the chains' links: the next descriptor of each. */
  private final int[] nextOf;

  /** How many descriptors of the ring the chain takes that begins at a descriptor. */
  private final int[] chainLength;

  private int nextAvailable;
  private int publishedAvailable;
  private int kickedAvailable;
  private int nextUsed;
  private int seenUsed;
  private int usedEventSet;

  // The chain that is being written.
  private boolean inTable;
  private long tableOffset;
  private int head;
  private int buffers;
  private int written;
  private int current;

  /**
   * A ring in fresh memory.
   *
   * @param areas freed with the ring
   * @param size a power of two
   * @param tableEntries the most buffers that a chain can have
   */
  SplitDriverQueue(
      GuestMemory memory,
      FrameAllocator frames,
      RingAreas areas,
      int size,
      int tableEntries,
      long features) {
    this.frames = frames;
    this.size = size;
    this.mask = size - 1;
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.tableEntries = tableEntries;
    this.areas = areas;
    this.tableArea = frames.allocate(tableBytes());
    this.descriptors = memory.slice(areas.descriptors(), descriptorTableBytes(size));
    this.available = memory.slice(areas.available(), availableRingBytes(size));
    this.used = memory.slice(areas.used(), usedRingBytes(size));
    this.tables = memory.slice(tableArea, tableBytes());
    this.usedEvent = usedEventOffset(size);
    this.availEvent = availEventOffset(size);
    this.free = new FreeList(size);
    this.tokens = new int[size];
    this.nextOf = new int[size];
    this.chainLength = new int[size];
    Arrays.fill(tokens, NONE);
  }

  /** The indirect tables of all descriptors: first the small ones, then the large ones. */
  private long tableBytes() {
    return indirect ? descriptorTableBytes(SMALL_TABLE + tableEntries) * size : DESCRIPTOR_SIZE;
  }

  /** Guest-physical address of the descriptor table. */
  long descriptorArea() {
    return areas.descriptors();
  }

  /** Guest-physical address of the available ring. */
  long driverArea() {
    return areas.available();
  }

  /** Guest-physical address of the used ring. */
  long deviceArea() {
    return areas.used();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean begin(int chainBuffers) {
    inTable = indirect && chainBuffers > 1;
    int needed = inTable ? 1 : chainBuffers;
    if (chainBuffers > tableEntries) {
      throw new IllegalArgumentException(
          "a chain of %d buffers, and %d are possible".formatted(chainBuffers, tableEntries));
    }
    if (free.size() < needed) {
      return false;
    }
    head = free.take();
    chainLength[head] = needed;
    current = head;
    tableOffset = inTable ? tableOffset(head, chainBuffers) : 0;
    buffers = chainBuffers;
    written = 0;
    return true;
  }

  @Override
  public void readable(long address, int length) {
    add(address, length, 0);
  }

  @Override
  public void writable(long address, int length) {
    add(address, length, DESC_F_WRITE);
  }

  private void add(long address, int length, int flags) {
    written++;
    boolean last = written == buffers;
    if (inTable) {
      long word =
          last
              ? descriptorWord(length, flags, 0)
              : descriptorWord(length, flags | DESC_F_NEXT, written);
      put(tables, tableOffset + (long) DESCRIPTOR_SIZE * (written - 1), address, word);
      return;
    }
    long descriptor = (long) DESCRIPTOR_SIZE * current;
    if (last) {
      put(descriptors, descriptor, address, descriptorWord(length, flags, 0));
    } else {
      int next = free.take();
      nextOf[current] = next;
      current = next;
      put(descriptors, descriptor, address, descriptorWord(length, flags | DESC_F_NEXT, next));
    }
  }

  private static void put(MemorySegment table, long descriptor, long address, long word) {
    setU64(table, descriptor + DESCRIPTOR_ADDR, address);
    setU64(table, descriptor + DESCRIPTOR_LEN_FLAGS_NEXT, word);
  }

  private long tableOffset(int descriptor, int entries) {
    return entries <= SMALL_TABLE
        ? descriptorTableBytes(SMALL_TABLE) * descriptor
        : descriptorTableBytes(SMALL_TABLE) * size
            + descriptorTableBytes(tableEntries) * descriptor;
  }

  @Override
  public void commit(int token) {
    if (inTable) {
      put(
          descriptors,
          (long) DESCRIPTOR_SIZE * head,
          tableArea + tableOffset,
          descriptorWord(DESCRIPTOR_SIZE * buffers, DESC_F_INDIRECT, 0));
    }
    tokens[head] = token;
    setU16(available, AVAIL_RING + (long) Short.BYTES * (nextAvailable & mask), head);
    nextAvailable = (nextAvailable + 1) & 0xffff;
  }

  @Override
  public int publish() {
    int batch = (nextAvailable - publishedAvailable) & 0xffff;
    // Release: descriptors and entries are visible before the index.
    setU16Release(available, AVAIL_IDX, nextAvailable);
    publishedAvailable = nextAvailable;
    return batch;
  }

  @Override
  public boolean wantsKick() {
    int old = kickedAvailable;
    kickedAvailable = publishedAvailable;
    // The index must be visible before the device's wish is read: a device that asked for
    // notifications just before either sees the index, or is seen here (section 2.7.13.4.1).
    GuestMemory.fullFence();
    if (eventIndex) {
      return passesEvent(getU16(used, availEvent), publishedAvailable, old);
    }
    return (getU16(used, USED_FLAGS) & USED_F_NO_NOTIFY) == 0;
  }

  @Override
  public int position() {
    return publishedAvailable;
  }

  @Override
  public boolean hasUsed() {
    return nextUsed != seenUsed || refreshUsed();
  }

  private boolean refreshUsed() {
    // Acquire: the used elements up to this index, and the data, are read after it.
    seenUsed = getU16Acquire(used, USED_IDX);
    return nextUsed != seenUsed;
  }

  @Override
  public int nextUsed() {
    if (!hasUsed()) {
      return NONE;
    }
    int id = getU32(used, USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed & mask));
    if (id < 0 || id >= size || tokens[id] == NONE) {
      throw new BlockDeviceException(
          "the device used descriptor %s, which heads no chain in flight"
              .formatted(Integer.toUnsignedString(id)));
    }
    int token = tokens[id];
    tokens[id] = NONE;
    release(id);
    nextUsed = (nextUsed + 1) & 0xffff;
    return token;
  }

  private void release(int chainHead) {
    int descriptor = chainHead;
    for (int left = chainLength[chainHead]; left > 0; left--) {
      free.give(descriptor);
      descriptor = nextOf[descriptor];
    }
  }

  @Override
  public boolean enableInterrupts() {
    if (eventIndex) {
      usedEventSet = nextUsed;
      setU16(available, usedEvent, usedEventSet);
    } else {
      setU16(available, AVAIL_FLAGS, 0);
    }
    // The wish must be visible before the used index is read again: a device that published just
    // before either sees the wish, or is seen here (section 2.7.13.4.1).
    GuestMemory.fullFence();
    return hasUsed();
  }

  @Override
  public void disableInterrupts() {
    if (!eventIndex) {
      setU16(available, AVAIL_FLAGS, AVAIL_F_NO_INTERRUPT);
    } else if (((nextUsed + FAR - usedEventSet) & 0xffff) >= FAR_REFRESH) {
      usedEventSet = (nextUsed + FAR) & 0xffff;
      setU16(available, usedEvent, usedEventSet);
    }
  }

  @Override
  public void free() {
    areas.free(frames);
    frames.free(tableArea, tableBytes());
  }
}
