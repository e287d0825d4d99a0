package dev.ringside.hostile;

import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.LittleEndian;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * RAM full of canaries. Everything that the guest writes goes into a shadow, too, so whatever else
 * has changed was written by the device; it may change only what {@link #allow} gave it.
 *
 * <pre>
 *   0          LOW_SIZE     HIGH_START                 end
 *   |   low    |   hole     |   high                   |
 * </pre>
 */
final class GuestRam implements AutoCloseable {
  static final byte CANARY = (byte) 0xc3;

  /** Where low RAM ends and the hole begins, which holds the device's registers. */
  static final long LOW_SIZE = 1 << 19;

  static final long HIGH_START = 1 << 20;

  private final GuestMemory memory;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment shadow;
  private final BitSet allowed = new BitSet();

  /** RAM of that many bytes, {@link #LOW_SIZE} of them below the hole. */
  GuestRam(long size) {
    this(size, LOW_SIZE);
  }

  GuestRam(long size, long lowSize) {
    memory = GuestMemory.anonymous(size, lowSize, HIGH_START);
    shadow = arena.allocate(size);
    wipe();
  }

  /** Fills all RAM with canaries; nothing is the device's. */
  final void wipe() {
    memory.segment().fill(CANARY);
    shadow.fill(CANARY);
    allowed.clear();
  }

  GuestMemory memory() {
    return memory;
  }

  int getU8(long address) {
    return memory.getU8(address);
  }

  int getU16(long address) {
    return memory.getU16(address);
  }

  int getU32(long address) {
    return memory.getU32(address);
  }

  long getU64(long address) {
    return memory.getU64(address);
  }

  GuestRam setU8(long address, int value) {
    memory.setU8(address, value);
    shadow.set(ValueLayout.JAVA_BYTE, memory.checkedOffset(address, 1), (byte) value);
    return this;
  }

  GuestRam setU16(long address, int value) {
    memory.setU16(address, value);
    LittleEndian.setU16(shadow, memory.checkedOffset(address, Short.BYTES), value);
    return this;
  }

  /** Publishes: everything written before is visible to whoever acquires this. */
  GuestRam setU16Release(long address, int value) {
    LittleEndian.setU16(shadow, memory.checkedOffset(address, Short.BYTES), value);
    memory.setU16Release(address, value);
    return this;
  }

  GuestRam setU32(long address, int value) {
    memory.setU32(address, value);
    LittleEndian.setU32(shadow, memory.checkedOffset(address, Integer.BYTES), value);
    return this;
  }

  GuestRam setU64(long address, long value) {
    memory.setU64(address, value);
    LittleEndian.setU64(shadow, memory.checkedOffset(address, Long.BYTES), value);
    return this;
  }

  GuestRam fill(long address, long length, int value) {
    memory.fill(address, length, (byte) value);
    shadow.asSlice(memory.checkedOffset(address, length), length).fill((byte) value);
    return this;
  }

  /** From now on the device may write here; what is no RAM is left out. */
  void allow(long address, long length) {
    long offset = memory.offset(address, length);
    if (offset >= 0) {
      allowed.set((int) offset, (int) (offset + length));
    }
  }

  /** The device owns nothing any more, and what it wrote is the guest's. */
  void takeBack() {
    allowed.clear();
    MemorySegment.copy(memory.segment(), 0, shadow, 0, shadow.byteSize());
  }

  /** Fails when a byte has changed that is not the device's. */
  void check() {
    MemorySegment ram = memory.segment();
    int from = 0;
    while (from < ram.byteSize()) {
      int end = allowed.nextSetBit(from);
      if (end < 0) {
        end = (int) ram.byteSize();
      }
      long difference = MemorySegment.mismatch(ram, from, end, shadow, from, end);
      // Not an assertion that is always made: a fuzzer comes here too often.
      if (difference >= 0) {
        throw new AssertionError(
            "the device wrote where it may not, at offset 0x%x".formatted(from + difference));
      }
      from = allowed.nextClearBit(end);
    }
  }

  @Override
  public void close() {
    memory.close();
    arena.close();
  }
}
