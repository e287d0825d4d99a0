package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.Feature;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The driver's side of a split virtqueue (virtio 1.4, section 2.7). With INDIRECT_DESC every chain
 * takes one descriptor of the ring, that with the number of its slot, which refers to the slot's
 * table.
 */
final class SplitDriverQueue implements DriverQueue {
  /** How far ahead an event index is put so that it is not reached: half of the index space. */
  private static final int FAR = 0x8000;

  /** After how many chains a far event index is moved on. */
  private static final int FAR_REFRESH = 0x2000;

  /** What {@link #usedLength} says of a chain that the device has left out. */
  private static final int ALL_ONES = -1;

  private final FrameAllocator frames;
  private final int size;
  private final int mask;
  private final RingAreas areas;
  private final MemorySegment descriptors;
  private final MemorySegment available;
  private final MemorySegment used;
  private final long usedEvent;
  private final long availEvent;
  private final boolean eventIndex;
  private final boolean inOrder;
  private final RequestSlots slots;
  private final @Nullable IndirectTables tables;

  /** Descriptors that no chain has; unused with indirect tables. */
  private final FreeList free;

  /** The slot of the chain that begins at a descriptor, or {@link #NONE}. */
  private final int[] slotOf;

  /** The driver's own copy of the chains' links: the next descriptor of each. */
  private final int[] nextOf;

  /** How many descriptors of the ring the chain takes that begins at a descriptor. */
  private final int[] chainLength;

  /**
   * The driver's own copy of the available ring, which a device that uses in order needs not name.
   */
  private final int[] heads;

  private int nextAvailable;
  private int publishedAvailable;
  private int kickedAvailable;
  private int nextUsed;
  private int seenUsed;
  private int usedEventSet;

  private int usedLength;

  /** With IN_ORDER, the last head of the batch that is being taken back, or {@link #NONE}. */
  private int lastOfBatch = NONE;

  private int lengthOfBatch;

  /**
   * A ring in fresh memory.
   *
   * @param areas freed with the ring
   * @param size a power of two, and not less than there are slots
   * @param maxBuffers between header and status of a chain
   */
  SplitDriverQueue(
      GuestMemory memory,
      FrameAllocator frames,
      RingAreas areas,
      int size,
      RequestSlots slots,
      int maxBuffers,
      long features) {
    this.frames = frames;
    this.size = size;
    this.mask = size - 1;
    this.slots = slots;
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.inOrder = Feature.IN_ORDER.isIn(features);
    this.areas = areas;
    this.descriptors = memory.slice(areas.descriptors(), descriptorTableBytes(size));
    this.available = memory.slice(areas.available(), availableRingBytes(size));
    this.used = memory.slice(areas.used(), usedRingBytes(size));
    this.usedEvent = usedEventOffset(size);
    this.availEvent = availEventOffset(size);
    this.tables =
        Feature.INDIRECT_DESC.isIn(features)
            ? new IndirectTables(memory, frames, slots, maxBuffers + IndirectTables.FRAMING, false)
            : null;
    this.free = new FreeList(size);
    this.slotOf = new int[size];
    this.nextOf = new int[size];
    this.chainLength = new int[size];
    this.heads = new int[size];
    Arrays.fill(slotOf, NONE);
  }

  @Override
  public long descriptorArea() {
    return areas.descriptors();
  }

  @Override
  public long driverArea() {
    return areas.available();
  }

  @Override
  public long deviceArea() {
    return areas.used();
  }

  @Override
  public int size() {
    return size;
  }

  /** With indirect tables, for every slot: there are no more of them than descriptors. */
  @Override
  public boolean hasRoom(int buffers) {
    return tables != null || free.size() >= buffers + IndirectTables.FRAMING;
  }

  @Override
  public int add(int slot, long address, int length, boolean deviceWrites) {
    if (tables != null) {
      addTable(tables, slot, tables.write(slot, address, length, deviceWrites));
      return slot;
    }
    int head = takeFirst(slot);
    int data = takeNext(head);
    put(head, slots.header(slot), BlkRequestLayout.HEADER_SIZE, DESC_F_NEXT, data);
    int status = takeNext(data);
    put(data, address, length, flags(deviceWrites) | DESC_F_NEXT, status);
    end(slot, head, status, 3);
    return head;
  }

  @Override
  public int add(int slot, ChainBuffers buffers) {
    if (tables != null) {
      addTable(tables, slot, tables.write(slot, buffers));
      return slot;
    }
    int head = takeFirst(slot);
    int next = takeNext(head);
    put(head, slots.header(slot), BlkRequestLayout.HEADER_SIZE, DESC_F_NEXT, next);
    for (int i = 0; i < buffers.count(); i++) {
      int data = next;
      next = takeNext(data);
      int flags = flags(buffers.deviceWrites(i)) | DESC_F_NEXT;
      put(data, buffers.address(i), buffers.length(i), flags, next);
    }
    end(slot, head, next, buffers.count() + IndirectTables.FRAMING);
    return head;
  }

  private static int flags(boolean deviceWrites) {
    return deviceWrites ? DESC_F_WRITE : 0;
  }

  private int takeFirst(int slot) {
    int head = free.take();
    slotOf[head] = slot;
    return head;
  }

  private int takeNext(int descriptor) {
    int next = free.take();
    nextOf[descriptor] = next;
    return next;
  }

  private void end(int slot, int head, int status, int length) {
    put(status, slots.status(slot), BlkRequestLayout.STATUS_SIZE, DESC_F_WRITE, 0);
    chainLength[head] = length;
    makeAvailable(head);
  }

  private void put(int descriptor, long address, int length, int flags, int next) {
    long at = (long) DESCRIPTOR_SIZE * descriptor;
    setU64(descriptors, at + DESCRIPTOR_ADDR, address);
    setU64(descriptors, at + DESCRIPTOR_LEN_FLAGS_NEXT, descriptorWord(length, flags, next));
  }

  /** The ring's descriptor is written again only when the table is not where it was. */
  private void addTable(IndirectTables owned, int slot, boolean changed) {
    if (changed) {
      put(slot, owned.address(slot), owned.bytes(slot), DESC_F_INDIRECT, 0);
    }
    slotOf[slot] = slot;
    makeAvailable(slot);
  }

  private void makeAvailable(int head) {
    int entry = nextAvailable & mask;
    if (inOrder) {
      heads[entry] = head;
    }
    setU16(available, AVAIL_RING + (long) Short.BYTES * entry, head);
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
  public RingCursors cursors() {
    return new RingCursors(nextAvailable, publishedAvailable, nextUsed);
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
    if (inOrder) {
      return nextInOrder();
    }
    int head = usedHead();
    nextUsed = (nextUsed + 1) & 0xffff;
    return release(head);
  }

  @Override
  public int usedLength() {
    return usedLength;
  }

  /** The head that the current used element names. */
  private int usedHead() {
    long element = getU64(used, USED_RING + (long) USED_ELEMENT_SIZE * (nextUsed & mask));
    int id = (int) element;
    if (id < 0 || id >= size || slotOf[id] == NONE) {
      throw notInFlight(id);
    }
    usedLength = (int) (element >>> Integer.SIZE);
    return id;
  }

  private BlockDeviceException notInFlight(int id) {
    int used = (seenUsed - nextUsed) & 0xffff;
    int inFlight = (publishedAvailable - nextUsed) & 0xffff;
    return new BlockDeviceException(
        "the device used descriptor %s, which heads no chain in flight; it says that it has used %d"
                .formatted(Integer.toUnsignedString(id), used)
            + " more, and has %d".formatted(inFlight));
  }

  /**
   * The element at the place of a batch's first chain names its last one; those before it are used,
   * too (section 2.7.9).
   */
  private int nextInOrder() {
    if (lastOfBatch == NONE) {
      lastOfBatch = usedHead();
      lengthOfBatch = usedLength;
    }
    int head = heads[nextUsed & mask];
    nextUsed = (nextUsed + 1) & 0xffff;
    usedLength = ALL_ONES;
    if (head == lastOfBatch) {
      lastOfBatch = NONE;
      usedLength = lengthOfBatch;
    } else if (nextUsed == seenUsed) {
      throw new BlockDeviceException(
          "the device used descriptor %d out of order".formatted(lastOfBatch));
    }
    return release(head);
  }

  private int release(int head) {
    int slot = slotOf[head];
    slotOf[head] = NONE;
    if (tables == null) {
      int descriptor = head;
      for (int left = chainLength[head]; left > 0; left--) {
        free.give(descriptor);
        descriptor = nextOf[descriptor];
      }
    }
    return slot;
  }

  @Override
  public boolean enableInterrupts() {
    return enableInterruptsAt(nextUsed);
  }

  @Override
  public boolean enableInterruptsAfter(int numerator, int denominator) {
    int outstanding = (publishedAvailable - nextUsed) & 0xffff;
    int chains = Math.max(1, outstanding * numerator / denominator);
    return enableInterruptsAt((nextUsed + chains - 1) & 0xffff);
  }

  private boolean enableInterruptsAt(int usedIndex) {
    if (eventIndex) {
      usedEventSet = usedIndex;
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
    if (tables != null) {
      tables.free();
    }
  }
}
