package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.setU64;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.SplitLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The guest memory that each request in flight needs besides its data, made once: a cell with the
 * header and a small indirect table, a payload that is a range or the sector of a ZONE_APPEND, and
 * the status byte.
 *
 * <pre>
 *   0         16                       64         64 n               80 n
 *   | header  | three table entries    |  ...     | payload, n times | status, n times |
 *   |--------------- cell -------------|
 * </pre>
 *
 * <p>A cell is one cache line: what the device must read of a short request goes from one core to
 * the other at once. The status bytes of 64 requests come back in one line. A request of several
 * ranges borrows memory for them while it is in flight.
 */
final class RequestSlots {
  /** Entries of the indirect table in a cell: header, one data buffer, status. */
  static final int TABLE_ENTRIES = 3;

  private static final int TABLE = BlkRequestLayout.HEADER_SIZE;
  private static final int CELL_SIZE = TABLE + TABLE_ENTRIES * SplitLayout.DESCRIPTOR_SIZE;

  /** What the status byte holds before the device writes it; no status of the specification. */
  private static final byte UNTOUCHED = (byte) 0xff;

  /** What {@link #takeStatus} returns when the device has written none. */
  static final int NOT_WRITTEN = 0xff;

  private final GuestMemory guest;
  private final FrameAllocator frames;
  private final long base;
  private final MemorySegment memory;
  private final long payloads;
  private final long statuses;
  private final @Nullable BlockRequest[] requests;
  private final FreeList free;

  /** Where the ranges of a slot's request lie when they are several; 0 when they are not. */
  private final long[] borrowed;

  RequestSlots(GuestMemory memory, FrameAllocator frames, int count) {
    this.guest = memory;
    this.frames = frames;
    this.payloads = (long) CELL_SIZE * count;
    this.statuses = payloads + (long) BlkRequestLayout.RANGE_SIZE * count;
    long size = statuses + (long) BlkRequestLayout.STATUS_SIZE * count;
    this.base = frames.allocate(size);
    this.memory = memory.slice(base, size);
    this.memory.asSlice(statuses).fill(UNTOUCHED);
    this.requests = new BlockRequest[count];
    this.free = new FreeList(count);
    this.borrowed = new long[count];
  }

  /** How many slots there are. */
  int count() {
    return requests.length;
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
    // A slot often sees the same request again, and storing a reference costs a write barrier.
    if (requests[slot] != request) {
      requests[slot] = request;
    }
    long header = (long) CELL_SIZE * slot;
    // type in the low half, and the reserved field.
    setU64(memory, header + BlkRequestLayout.HEADER_TYPE, type & 0xffff_ffffL);
    setU64(memory, header + BlkRequestLayout.HEADER_SECTOR, request.headerSector());
    return slot;
  }

  /**
   * Writes the ranges of a slot's request.
   *
   * @return their guest-physical address
   * @throws GuestOutOfMemoryException when they are several and no memory is free; the slot is free
   *     again
   */
  long writeRanges(int slot, BlockRequest request) {
    long address = payload(slot);
    if (request.ranges() > 1) {
      address = borrow(slot, rangeBytes(request));
    }
    int flags = request.unmap() ? BlkRequestLayout.RANGE_FLAG_UNMAP : 0;
    for (int i = 0; i < request.ranges(); i++) {
      long at = address + (long) i * BlkRequestLayout.RANGE_SIZE;
      guest.setU64(at + BlkRequestLayout.RANGE_SECTOR, request.rangeSector(i));
      guest.setU32(at + BlkRequestLayout.RANGE_NUM_SECTORS, (int) request.rangeCount(i));
      guest.setU32(at + BlkRequestLayout.RANGE_FLAGS, flags);
    }
    return address;
  }

  private long borrow(int slot, int bytes) {
    try {
      borrowed[slot] = frames.allocate(bytes);
      return borrowed[slot];
    } catch (GuestOutOfMemoryException nothingFree) {
      free.give(slot);
      throw nothingFree;
    }
  }

  /** Length of a request's ranges. */
  static int rangeBytes(BlockRequest request) {
    return request.ranges() * BlkRequestLayout.RANGE_SIZE;
  }

  /** Frees a slot; says whose it was. */
  BlockRequest release(int slot) {
    BlockRequest request = requests[slot];
    if (request == null) {
      throw new IllegalStateException("slot " + slot + " was never taken");
    }
    if (request.operation() == BlockOperation.ZONE_APPEND) {
      request.appendedAt(guest.getU64(payload(slot)));
    }
    giveBorrowedBack(slot, request);
    free.give(slot);
    return request;
  }

  private void giveBorrowedBack(int slot, BlockRequest request) {
    if (borrowed[slot] != 0) {
      frames.free(borrowed[slot], rangeBytes(request));
      borrowed[slot] = 0;
    }
  }

  /** The request that holds a slot, as text. */
  String describe(int slot) {
    return String.valueOf(requests[slot]);
  }

  /** The requests that hold a slot, or share one. Not for the hot path. */
  List<BlockRequest> inFlight() {
    BitSet unused = free.members();
    List<BlockRequest> held = new ArrayList<>();
    for (int slot = 0; slot < requests.length; slot++) {
      if (!unused.get(slot)) {
        for (BlockRequest part = requests[slot]; part != null; part = part.linked()) {
          held.add(part);
        }
      }
    }
    return held;
  }

  /** Frees all slots; says whose they were. The device has been reset. */
  List<BlockRequest> withdraw() {
    List<BlockRequest> held = new ArrayList<>();
    BitSet unused = free.members();
    for (int slot = unused.nextClearBit(0); slot < requests.length; ) {
      BlockRequest request = Objects.requireNonNull(requests[slot]);
      giveBorrowedBack(slot, request);
      free.give(slot);
      for (BlockRequest part = request; part != null; part = part.unlink()) {
        held.add(part);
      }
      slot = unused.nextClearBit(slot + 1);
    }
    return held;
  }

  /** Guest-physical address of a slot's header. */
  long header(int slot) {
    return base + (long) CELL_SIZE * slot;
  }

  /** Guest-physical address of a slot's small indirect table. */
  long table(int slot) {
    return header(slot) + TABLE;
  }

  /** Writes an entry of a slot's small indirect table, in the two words of either ring's layout. */
  void setTableEntry(int slot, int entry, long address, long word) {
    long at = (long) CELL_SIZE * slot + TABLE + (long) SplitLayout.DESCRIPTOR_SIZE * entry;
    setU64(memory, at, address);
    setU64(memory, at + Long.BYTES, word);
  }

  /** Guest-physical address of a slot's payload. */
  long payload(int slot) {
    return base + payloads + (long) BlkRequestLayout.RANGE_SIZE * slot;
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
    memory.set(ValueLayout.JAVA_BYTE, statuses + slot, UNTOUCHED);
    return status & 0xff;
  }

  /** Gives the memory back. */
  void free() {
    frames.free(base, memory.byteSize());
  }
}
