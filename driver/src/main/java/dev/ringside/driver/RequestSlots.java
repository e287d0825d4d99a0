package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.setU64;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The guest memory that each request in flight needs besides its data, made once: header, status
 * byte and the range of a discard. A slot's number is its token in the ring.
 *
 * <pre>
 *   0              16       24       32              48     64
 *   | header       | status |        | discard range |      |   one slot, a cache line
 * </pre>
 */
final class RequestSlots {
  private static final int STATUS = 16;
  private static final int RANGE = 32;
  private static final int SLOT_SIZE = 64;

  /** What the status byte holds before the device writes it; no status of the specification. */
  private static final byte NOT_WRITTEN = (byte) 0xff;

  private final MemorySegment memory;
  private final FrameAllocator frames;
  private final long base;
  private final @Nullable BlockRequest[] requests;
  private final int[] free;
  private int freeCount;

  RequestSlots(GuestMemory memory, FrameAllocator frames, int count) {
    this.frames = frames;
    this.base = frames.allocate((long) SLOT_SIZE * count);
    this.memory = memory.slice(base, (long) SLOT_SIZE * count);
    this.requests = new BlockRequest[count];
    this.free = new int[count];
    for (int i = 0; i < count; i++) {
      free[i] = count - 1 - i;
    }
    freeCount = count;
  }

  /** How many slots hold a request. */
  int inUse() {
    return requests.length - freeCount;
  }

  boolean isFull() {
    return freeCount == 0;
  }

  /** Gives a request a slot and writes its header. There must be a free one. */
  int take(BlockRequest request, int type) {
    int slot = free[--freeCount];
    requests[slot] = request;
    long start = (long) SLOT_SIZE * slot;
    // type in the low half, and the reserved field.
    setU64(memory, start + BlkRequestLayout.HEADER_TYPE, type & 0xffff_ffffL);
    setU64(memory, start + BlkRequestLayout.HEADER_SECTOR, request.sector());
    memory.set(ValueLayout.JAVA_BYTE, start + STATUS, NOT_WRITTEN);
    return slot;
  }

  /** Writes the range that a discard points at. */
  void setRange(int slot, long sector, long count) {
    long start = (long) SLOT_SIZE * slot + RANGE;
    setU64(memory, start + BlkRequestLayout.RANGE_SECTOR, sector);
    // num_sectors in the low half, and no flags.
    setU64(memory, start + BlkRequestLayout.RANGE_NUM_SECTORS, count);
  }

  /** Frees a slot; says whose it was. */
  BlockRequest release(int slot) {
    BlockRequest request = requests[slot];
    if (request == null) {
      throw new IllegalStateException("slot " + slot + " was never taken");
    }
    free[freeCount++] = slot;
    return request;
  }

  /** Guest-physical address of a slot's header. */
  long header(int slot) {
    return base + (long) SLOT_SIZE * slot;
  }

  /** Guest-physical address of a slot's status byte. */
  long status(int slot) {
    return header(slot) + STATUS;
  }

  /** Guest-physical address of a slot's discard range. */
  long range(int slot) {
    return header(slot) + RANGE;
  }

  /** What the device wrote. */
  int statusByte(int slot) {
    return memory.get(ValueLayout.JAVA_BYTE, (long) SLOT_SIZE * slot + STATUS) & 0xff;
  }

  /** Gives the memory back. */
  void free() {
    frames.free(base, (long) SLOT_SIZE * requests.length);
  }
}
