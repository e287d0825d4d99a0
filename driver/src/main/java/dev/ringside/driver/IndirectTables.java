package dev.ringside.driver;

import static dev.ringside.machine.LittleEndian.setU64;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import java.lang.foreign.MemorySegment;

/**
 * The indirect tables of a queue's chains, one for each slot (virtio 1.4, sections 2.7.5.3 and
 * 2.8.7). A chain is the slot's header, any number of buffers, and the slot's status byte.
 *
 * <p>A chain of one buffer between them, which most are, has its table in the slot's own cell.
 * Header and status of it are written once; a request adds only the buffer. Every other chain has a
 * large table outside.
 */
final class IndirectTables {
  /** Entries of a chain besides the buffers between them: header and status. */
  static final int FRAMING = 2;

  private final FrameAllocator frames;
  private final RequestSlots slots;
  private final boolean packed;
  private final int maxEntries;
  private final long base;
  private final MemorySegment large;

  /** How many entries a slot's table had last; 0 before its first use. */
  private final int[] entries;

  /**
   * Tables that nobody has used.
   *
   * @param maxEntries the most that a chain can have
   * @param packed whether the entries are those of a packed ring
   */
  IndirectTables(
      GuestMemory memory,
      FrameAllocator frames,
      RequestSlots slots,
      int maxEntries,
      boolean packed) {
    this.frames = frames;
    this.slots = slots;
    this.packed = packed;
    this.maxEntries = maxEntries;
    this.entries = new int[slots.count()];
    long size = tableBytes(maxEntries) * slots.count();
    this.base = frames.allocate(size);
    this.large = memory.slice(base, size);
  }

  private static long tableBytes(int entries) {
    return (long) SplitLayout.DESCRIPTOR_SIZE * entries;
  }

  /** Guest-physical address of a slot's table as it stands. */
  long address(int slot) {
    return entries[slot] == RequestSlots.TABLE_ENTRIES
        ? slots.table(slot)
        : base + tableBytes(maxEntries) * slot;
  }

  /** Length of a slot's table as it stands, in bytes. */
  int bytes(int slot) {
    return SplitLayout.DESCRIPTOR_SIZE * entries[slot];
  }

  /**
   * Writes the chain with one buffer.
   *
   * @return whether the table has another address or length than the slot's last one
   */
  boolean write(int slot, long address, int length, boolean deviceWrites) {
    slots.setTableEntry(slot, 1, address, word(length, deviceWrites, 1, false));
    if (entries[slot] == RequestSlots.TABLE_ENTRIES) {
      return false;
    }
    entries[slot] = RequestSlots.TABLE_ENTRIES;
    slots.setTableEntry(
        slot, 0, slots.header(slot), word(BlkRequestLayout.HEADER_SIZE, false, 0, false));
    slots.setTableEntry(
        slot, 2, slots.status(slot), word(BlkRequestLayout.STATUS_SIZE, true, 2, true));
    return true;
  }

  /**
   * Writes the chain with any number of buffers.
   *
   * @return whether the table has another address or length than the slot's last one
   */
  boolean write(int slot, ChainBuffers buffers) {
    int count = buffers.count();
    if (count == 1) {
      return write(slot, buffers.address(0), buffers.length(0), buffers.deviceWrites(0));
    }
    put(slot, 0, slots.header(slot), word(BlkRequestLayout.HEADER_SIZE, false, 0, false));
    for (int i = 0; i < count; i++) {
      long word = word(buffers.length(i), buffers.deviceWrites(i), i + 1, false);
      put(slot, i + 1, buffers.address(i), word);
    }
    int last = count + 1;
    put(slot, last, slots.status(slot), word(BlkRequestLayout.STATUS_SIZE, true, last, true));
    boolean changed = entries[slot] != count + FRAMING;
    entries[slot] = count + FRAMING;
    return changed;
  }

  private void put(int slot, int entry, long address, long word) {
    long at = tableBytes(maxEntries) * slot + tableBytes(entry);
    setU64(large, at, address);
    setU64(large, at + Long.BYTES, word);
  }

  /** The second half of an entry. Only a split ring links entries; both know WRITE. */
  private long word(int length, boolean deviceWrites, int index, boolean last) {
    if (packed) {
      return PackedLayout.descriptorWord(length, 0, deviceWrites ? PackedLayout.DESC_F_WRITE : 0);
    }
    int flags = deviceWrites ? SplitLayout.DESC_F_WRITE : 0;
    return last
        ? SplitLayout.descriptorWord(length, flags, 0)
        : SplitLayout.descriptorWord(length, flags | SplitLayout.DESC_F_NEXT, index + 1);
  }

  /** Gives the memory back. */
  void free() {
    frames.free(base, large.byteSize());
  }
}
