package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.PackedLayout.*;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.Feature;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The driver's side of a packed virtqueue (virtio 1.4, section 2.8). A chain's buffer id is the
 * number of its slot. With INDIRECT_DESC every chain takes one descriptor of the ring, which refers
 * to the slot's table.
 *
 * <p>A batch is published with one store: the device takes descriptors in order, so while the first
 * one of the batch is not available, those behind it are not reached.
 */
final class PackedDriverQueue implements DriverQueue {
  /** What {@link #usedLength} says of a chain that the device has left out. */
  private static final int ALL_ONES = -1;

  private final FrameAllocator frames;
  private final int size;
  private final long descriptorArea;
  private final long driverArea;
  private final long deviceArea;
  private final MemorySegment ring;
  private final MemorySegment driverEvent;
  private final MemorySegment deviceEvent;
  private final boolean eventIndex;
  private final boolean inOrder;
  private final RequestSlots slots;
  private final @Nullable IndirectTables tables;

  /** How many descriptors of the ring a slot's chain takes; 0 when it is not in the ring. */
  private final int[] chainLength;

  /** The slots of the chains in the ring in the order of {@link #add}, from {@link #oldest} on. */
  private final int[] order;

  private int oldest;
  private int newest;

  private int freeDescriptors;

  /** Where the next chain goes, as a {@link dev.ringside.virtio.spec.PackedLayout} cursor. */
  private int next;

  private int published;
  private int kicked;
  private int unpublishedChains;

  /** The second half of the descriptor at {@link #published}, which makes the batch available. */
  private long publishingWord;

  /** Where the device writes its next used descriptor. */
  private int nextUsed;

  private boolean interruptsEnabled = true;

  /** With IN_ORDER, the last slot of the batch that is being taken back, or {@link #NONE}. */
  private int lastOfBatch = NONE;

  private int lengthOfBatch;
  private int usedLength;

  /**
   * A ring in fresh memory.
   *
   * @param size 1 to 32768, and not less than there are slots
   * @param maxBuffers between header and status of a chain
   */
  PackedDriverQueue(
      GuestMemory memory,
      FrameAllocator frames,
      int size,
      RequestSlots slots,
      int maxBuffers,
      long features) {
    this.frames = frames;
    this.size = size;
    this.slots = slots;
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.inOrder = Feature.IN_ORDER.isIn(features);
    this.descriptorArea = frames.allocate(descriptorRingBytes(size));
    this.driverArea = frames.allocate(EVENT_SIZE);
    this.deviceArea = frames.allocate(EVENT_SIZE);
    this.ring = memory.slice(descriptorArea, descriptorRingBytes(size));
    this.driverEvent = memory.slice(driverArea, EVENT_SIZE);
    this.deviceEvent = memory.slice(deviceArea, EVENT_SIZE);
    this.tables =
        Feature.INDIRECT_DESC.isIn(features)
            ? new IndirectTables(memory, frames, slots, maxBuffers + IndirectTables.FRAMING, true)
            : null;
    this.chainLength = new int[slots.count()];
    this.order = new int[slots.count()];
    this.freeDescriptors = size;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long descriptorArea() {
    return descriptorArea;
  }

  @Override
  public long driverArea() {
    return driverArea;
  }

  @Override
  public long deviceArea() {
    return deviceArea;
  }

  @Override
  public boolean hasRoom(int buffers) {
    return freeDescriptors >= (tables != null ? 1 : buffers + IndirectTables.FRAMING);
  }

  @Override
  public int add(int slot, long address, int length, boolean deviceWrites) {
    if (tables != null) {
      tables.write(slot, address, length, deviceWrites);
      addTable(tables, slot);
      return slot;
    }
    put(slot, slots.header(slot), BlkRequestLayout.HEADER_SIZE, DESC_F_NEXT);
    put(slot, address, length, flags(deviceWrites) | DESC_F_NEXT);
    put(slot, slots.status(slot), BlkRequestLayout.STATUS_SIZE, DESC_F_WRITE);
    end(slot, 3);
    return slot;
  }

  @Override
  public int add(int slot, ChainBuffers buffers) {
    if (tables != null) {
      tables.write(slot, buffers);
      addTable(tables, slot);
      return slot;
    }
    put(slot, slots.header(slot), BlkRequestLayout.HEADER_SIZE, DESC_F_NEXT);
    for (int i = 0; i < buffers.count(); i++) {
      int flags = flags(buffers.deviceWrites(i)) | DESC_F_NEXT;
      put(slot, buffers.address(i), buffers.length(i), flags);
    }
    put(slot, slots.status(slot), BlkRequestLayout.STATUS_SIZE, DESC_F_WRITE);
    end(slot, buffers.count() + IndirectTables.FRAMING);
    return slot;
  }

  private static int flags(boolean deviceWrites) {
    return deviceWrites ? DESC_F_WRITE : 0;
  }

  private void addTable(IndirectTables owned, int slot) {
    put(slot, owned.address(slot), owned.bytes(slot), DESC_F_INDIRECT);
    end(slot, 1);
  }

  private void put(int slot, long address, int length, int flags) {
    long at = (long) DESCRIPTOR_SIZE * index(next, size);
    setU64(ring, at + DESCRIPTOR_ADDR, address);
    long word = descriptorWord(length, slot, flags | availableFlags(next, size));
    if (next == published) {
      publishingWord = word;
    } else {
      setU64(ring, at + DESCRIPTOR_LEN_ID_FLAGS, word);
    }
    next = advance(next, 1, size);
  }

  private void end(int slot, int descriptors) {
    chainLength[slot] = descriptors;
    freeDescriptors -= descriptors;
    order[newest] = slot;
    newest = following(newest);
    unpublishedChains++;
  }

  private int following(int place) {
    return place + 1 == order.length ? 0 : place + 1;
  }

  @Override
  public int publish() {
    int batch = unpublishedChains;
    if (batch > 0) {
      long at = (long) DESCRIPTOR_SIZE * index(published, size);
      // Release: the batch's other descriptors, and what they describe, are visible before this.
      setU64Release(ring, at + DESCRIPTOR_LEN_ID_FLAGS, publishingWord);
      published = next;
      unpublishedChains = 0;
    }
    return batch;
  }

  @Override
  public boolean wantsKick() {
    int old = kicked;
    kicked = published;
    // The descriptors must be visible before the device's wish is read: a device that asked for
    // notifications just before either sees them, or is seen here (section 2.8.21.3.1).
    GuestMemory.fullFence();
    return wantsEvent(getU32(deviceEvent, 0), eventIndex, published, old, size);
  }

  @Override
  public int position() {
    return offsetWrap(published, size);
  }

  /** The second half of the descriptor at {@link #nextUsed}. */
  private long usedWord() {
    long at = (long) DESCRIPTOR_SIZE * index(nextUsed, size);
    // Acquire: the data of the used chains are read after it.
    return getU64Acquire(ring, at + DESCRIPTOR_LEN_ID_FLAGS);
  }

  @Override
  public RingCursors cursors() {
    return new RingCursors(next, published, nextUsed);
  }

  @Override
  public boolean hasUsed() {
    return lastOfBatch != NONE || isUsed(descriptorFlags(usedWord()), nextUsed, size);
  }

  @Override
  public int nextUsed() {
    if (lastOfBatch != NONE) {
      return nextOfBatch();
    }
    long word = usedWord();
    if (!isUsed(descriptorFlags(word), nextUsed, size)) {
      return NONE;
    }
    int slot = id(word);
    if (slot >= chainLength.length || chainLength[slot] == 0) {
      throw new BlockDeviceException(
          "the device used buffer id %d, which names no chain in flight".formatted(slot));
    }
    usedLength = (int) length(word);
    if (inOrder) {
      lastOfBatch = slot;
      lengthOfBatch = usedLength;
      return nextOfBatch();
    }
    return release(slot);
  }

  @Override
  public int usedLength() {
    return usedLength;
  }

  /** The used descriptor names the last chain of a batch; those before it are used (2.8.9). */
  private int nextOfBatch() {
    int slot = order[oldest];
    if (chainLength[slot] == 0) {
      throw new BlockDeviceException(
          "the device used buffer id %d out of order".formatted(lastOfBatch));
    }
    oldest = following(oldest);
    usedLength = ALL_ONES;
    if (slot == lastOfBatch) {
      lastOfBatch = NONE;
      usedLength = lengthOfBatch;
    }
    return release(slot);
  }

  private int release(int slot) {
    nextUsed = advance(nextUsed, chainLength[slot], size);
    freeDescriptors += chainLength[slot];
    chainLength[slot] = 0;
    return slot;
  }

  @Override
  public boolean enableInterrupts() {
    return enableInterruptsAt(nextUsed);
  }

  @Override
  public boolean enableInterruptsAfter(int numerator, int denominator) {
    int outstanding = Math.floorMod(published - nextUsed, 2 * size);
    int descriptors = Math.max(1, outstanding * numerator / denominator);
    return enableInterruptsAt(advance(nextUsed, descriptors - 1, size));
  }

  private boolean enableInterruptsAt(int cursor) {
    interruptsEnabled = true;
    int flags = eventIndex ? EVENT_DESC : EVENT_ENABLE;
    setU32(driverEvent, 0, event(flags, offsetWrap(cursor, size)));
    // The wish must be visible before the ring is looked at again: a device that wrote used
    // descriptors just before either sees the wish, or is seen here (section 2.8.21.3.1).
    GuestMemory.fullFence();
    return hasUsed();
  }

  @Override
  public void disableInterrupts() {
    if (interruptsEnabled) {
      interruptsEnabled = false;
      setU32(driverEvent, 0, event(EVENT_DISABLE, 0));
    }
  }

  @Override
  public void free() {
    frames.free(descriptorArea, descriptorRingBytes(size));
    frames.free(driverArea, EVENT_SIZE);
    frames.free(deviceArea, EVENT_SIZE);
    if (tables != null) {
      tables.free();
    }
  }
}
