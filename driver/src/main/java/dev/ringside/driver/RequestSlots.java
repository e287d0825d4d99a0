package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.setU64;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guest memory that each request in flight needs besides its data, made once: header, status
 * byte and the range of a discard. A slot's number is its token in the ring.
 *
 * <pre>
 *   0                16 n             32 n              33 n
 *   | header, n times | range, n times | status, n times |
 * </pre>
 *
 * <p>The headers of a batch lie side by side, and so do its status bytes: four headers, or the
 * answers to 64 requests, go from one core to the other in one cache line.
 */
final class RequestSlots {
  /** What the status byte holds before the device writes it; no status of the specification. */
  private static final byte NOT_WRITTEN = (byte) 0xff;

  private final FrameAllocator frames;
  private final long base;
  private final MemorySegment memory;
  private final long ranges;
  private final long statuses;
  private final @Nullable BlockRequest[] requests;
  private final FreeList free;

  RequestSlots(GuestMemory memory, FrameAllocator frames, int count) {
    this.frames = frames;
    this.ranges = (long) BlkRequestLayout.HEADER_SIZE * count;
    this.statuses = ranges + (long) BlkRequestLayout.RANGE_SIZE * count;
    long size = statuses + (long) BlkRequestLayout.STATUS_SIZE * count;
    this.base = frames.allocate(size);
    this.memory = memory.slice(base, size);
    this.memory.asSlice(statuses).fill(NOT_WRITTEN);
    this.requests = new BlockRequest[count];
    this.free = new FreeList(count);
  }

  /** How many slots hold a request. */
  int inUse() {
    return requests.length - free.size();
  }

  boolean isFull() {
    return free.size() == 0;
  }

  /** Gives a request a slot and writes its header. There must be a free one. */
  int take(BlockRequest request, int type) {
    int slot = free.take();
    requests[slot] = request;
    long header = (long) BlkRequestLayout.HEADER_SIZE * slot;
    // type in the low half, and the reserved field.
    setU64(memory, header + BlkRequestLayout.HEADER_TYPE, type & 0xffff_ffffL);
    setU64(memory, header + BlkRequestLayout.HEADER_SECTOR, request.sector());
    return slot;
  }

  /** Writes the range that a discard points at. */
  void setRange(int slot, long sector, long count) {
    long range = ranges + (long) BlkRequestLayout.RANGE_SIZE * slot;
    setU64(memory, range + BlkRequestLayout.RANGE_SECTOR, sector);
    // num_sectors in the low half, and no flags.
    setU64(memory, range + BlkRequestLayout.RANGE_NUM_SECTORS, count);
  }

  /** Frees a slot; says whose it was. */
  BlockRequest release(int slot) {
    BlockRequest request = requests[slot];
    if (request == null) {
      throw new IllegalStateException("slot " + slot + " was never taken");
    }
    free.give(slot);
    return request;
  }

  /** The requests that hold a slot. Not for the hot path. */
  List<BlockRequest> inFlight() {
    BitSet unused = free.members();
    List<BlockRequest> held = new ArrayList<>();
    for (int slot = 0; slot < requests.length; slot++) {
      BlockRequest request = requests[slot];
      if (request != null && !unused.get(slot)) {
        held.add(request);
      }
    }
    return held;
  }

  /** Frees all slots; says whose they were. The device has been reset. */
  List<BlockRequest> withdraw() {
    List<BlockRequest> held = inFlight();
    BitSet unused = free.members();
    for (int slot = unused.nextClearBit(0); slot < requests.length; ) {
      free.give(slot);
      slot = unused.nextClearBit(slot + 1);
    }
    held.forEach(BlockRequest::withdrawn);
    return held;
  }

  /** Guest-physical address of a slot's header. */
  long header(int slot) {
    return base + (long) BlkRequestLayout.HEADER_SIZE * slot;
  }

  /** Guest-physical address of a slot's discard range. */
  long range(int slot) {
    return base + ranges + (long) BlkRequestLayout.RANGE_SIZE * slot;
  }

  /** Guest-physical address of a slot's status byte. */
  long status(int slot) {
    return base + statuses + slot;
  }

  /**
   * Takes what the device wrote. Nothing is left behind that a later request could be answered with
   * by a device that writes no status.
   */
  int takeStatus(int slot) {
    byte status = memory.get(ValueLayout.JAVA_BYTE, statuses + slot);
    memory.set(ValueLayout.JAVA_BYTE, statuses + slot, NOT_WRITTEN);
    return status & 0xff;
  }

  /** Gives the memory back. */
  void free() {
    frames.free(base, memory.byteSize());
  }
}
