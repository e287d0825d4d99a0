package dev.ringside.driver;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import java.util.Arrays;

/**
 * The driver's side of a split virtqueue (virtio 1.4, section 2.7). With INDIRECT_DESC every chain
 * of more than one buffer takes one descriptor of the ring, which refers to a table of its own; the
 * tables are part of the ring's memory, one for each descriptor.
 */
final class SplitDriverQueue implements DriverQueue {
  /** How far ahead an event index is put so that it is not reached: half of the index space. */
  private static final int FAR = 0x8000;

  /** After how many chains a far event index is moved on. */
  private static final int FAR_REFRESH = 0x2000;

  private final GuestMemory memory;
  private final FrameAllocator frames;
  private final int size;
  private final int mask;
  private final long descriptors;
  private final long available;
  private final long used;
  private final long usedEvent;
  private final long availEvent;
  private final long tables;
  private final int tableEntries;
  private final boolean eventIndex;
  private final boolean indirect;

  /** Descriptors that no chain has; a stack. */
  private final int[] free;

  private int freeCount;

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
  private int head;
  private int buffers;
  private int written;
  private int current;

  /**
   * A ring in fresh memory.
   *
   * @param size a power of two
   * @param tableEntries the most buffers that a chain can have
   */
  SplitDriverQueue(
      GuestMemory memory, FrameAllocator frames, int size, int tableEntries, long features) {
    this.memory = memory;
    this.frames = frames;
    this.size = size;
    this.mask = size - 1;
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.tableEntries = tableEntries;
    this.descriptors = frames.allocate(descriptorTableBytes(size));
    this.available = frames.allocate(availableRingBytes(size));
    this.used = frames.allocate(usedRingBytes(size));
    this.usedEvent = available + usedEventOffset(size);
    this.availEvent = used + availEventOffset(size);
    this.tables = indirect ? frames.allocate(tableBytes()) : 0;
    this.free = new int[size];
    this.tokens = new int[size];
    this.nextOf = new int[size];
    this.chainLength = new int[size];
    Arrays.fill(tokens, NONE);
    for (int i = 0; i < size; i++) {
      // The stack's top is descriptor 0.
      free[i] = size - 1 - i;
    }
    freeCount = size;
  }

  private long tableBytes() {
    return descriptorTableBytes(tableEntries) * size;
  }

  /** Guest-physical address of the descriptor table. */
  long descriptorArea() {
    return descriptors;
  }

  /** Guest-physical address of the available ring. */
  long driverArea() {
    return available;
  }

  /** Guest-physical address of the used ring. */
  long deviceArea() {
    return used;
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
    if (freeCount < needed) {
      return false;
    }
    head = free[--freeCount];
    chainLength[head] = needed;
    current = head;
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
    long descriptor;
    int next;
    if (inTable) {
      descriptor = table(head) + (long) DESCRIPTOR_SIZE * written;
      next = written + 1;
    } else {
      descriptor = descriptors + (long) DESCRIPTOR_SIZE * current;
      next = written + 1 < buffers ? free[--freeCount] : 0;
      nextOf[current] = next;
      current = next;
    }
    written++;
    boolean last = written == buffers;
    memory.setU64(descriptor + DESCRIPTOR_ADDR, address);
    memory.setU64(
        descriptor + DESCRIPTOR_LEN_FLAGS_NEXT,
        last
            ? descriptorWord(length, flags, 0)
            : descriptorWord(length, flags | DESC_F_NEXT, next));
  }

  private long table(int descriptor) {
    return tables + descriptorTableBytes(tableEntries) * descriptor;
  }

  @Override
  public void commit(int token) {
    if (inTable) {
      long descriptor = descriptors + (long) DESCRIPTOR_SIZE * head;
      memory.setU64(descriptor + DESCRIPTOR_ADDR, table(head));
      memory.setU64(
          descriptor + DESCRIPTOR_LEN_FLAGS_NEXT,
          descriptorWord(DESCRIPTOR_SIZE * buffers, DESC_F_INDIRECT, 0));
    }
    tokens[head] = token;
    memory.setU16(available + AVAIL_RING + (long) Short.BYTES * (nextAvailable & mask), head);
    nextAvailable = (nextAvailable + 1) & 0xffff;
  }

  @Override
  public int publish() {
    int batch = (nextAvailable - publishedAvailable) & 0xffff;
    // Release: descriptors and entries are visible before the index.
    memory.setU16Release(available + AVAIL_IDX, nextAvailable);
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
      return passesEvent(memory.getU16(availEvent), publishedAvailable, old);
    }
    return (memory.getU16(used + USED_FLAGS) & USED_F_NO_NOTIFY) == 0;
  }

  @Override
  public boolean hasUsed() {
    return nextUsed != seenUsed || refreshUsed();
  }

  private boolean refreshUsed() {
    // Acquire: the used elements up to this index, and the data, are read after it.
    seenUsed = memory.getU16Acquire(used + USED_IDX);
    return nextUsed != seenUsed;
  }

  @Override
  public int nextUsed() {
    if (!hasUsed()) {
      return NONE;
    }
    long element = used + USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed & mask);
    int id = memory.getU32(element);
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
      free[freeCount++] = descriptor;
      descriptor = nextOf[descriptor];
    }
  }

  @Override
  public boolean enableInterrupts() {
    if (eventIndex) {
      usedEventSet = nextUsed;
      memory.setU16(usedEvent, usedEventSet);
    } else {
      memory.setU16(available + AVAIL_FLAGS, 0);
    }
    // The wish must be visible before the used index is read again: a device that published just
    // before either sees the wish, or is seen here (section 2.7.13.4.1).
    GuestMemory.fullFence();
    return hasUsed();
  }

  @Override
  public void disableInterrupts() {
    if (!eventIndex) {
      memory.setU16(available + AVAIL_FLAGS, AVAIL_F_NO_INTERRUPT);
    } else if (((nextUsed + FAR - usedEventSet) & 0xffff) >= FAR_REFRESH) {
      usedEventSet = (nextUsed + FAR) & 0xffff;
      memory.setU16(usedEvent, usedEventSet);
    }
  }

  @Override
  public void free() {
    frames.free(descriptors, descriptorTableBytes(size));
    frames.free(available, availableRingBytes(size));
    frames.free(used, usedRingBytes(size));
    if (indirect) {
      frames.free(tables, tableBytes());
    }
  }
}
