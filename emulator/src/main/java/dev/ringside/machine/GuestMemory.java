package dev.ringside.machine;

import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Mapping;
import dev.ringside.posix.MemoryFile;
import dev.ringside.posix.PosixException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;
import org.jspecify.annotations.Nullable;

/**
 * The guest's RAM: one foreign segment, seen through guest-physical addresses.
 *
 * <p>RAM starts at address 0. It is contiguous, or it has one hole for register windows, as on a
 * PC: what does not fit below the hole continues above it.
 *
 * <pre>
 *   0            holeStart        holeEnd              end()
 *   |  low RAM   |   (no RAM)     |  high RAM          |
 * </pre>
 *
 * <p>The memory of a guest in another process has regions wherever that guest has them: see {@link
 * BorrowedMemory}.
 *
 * <p>Every address is a number that a guest chose, so every access is checked: an address range
 * must not wrap around 2^64, must not touch the hole and must end inside RAM. Multi-byte values are
 * little-endian (virtio 1.4, section 1.4). The plain accessors accept any alignment; the ones with
 * {@code Acquire} and {@code Release} in their name need natural alignment.
 */
public final class GuestMemory implements AutoCloseable {
  /** Size of a frame, the unit of RAM and of {@link FrameAllocator}, in bytes. */
  public static final int FRAME_SIZE = 4096;

  /** Where the hole starts when RAM is large enough to have one: 3 GiB, as on a PC. */
  public static final long DEFAULT_HOLE_START = 3L << 30;

  /** Where RAM continues above the hole: 4 GiB. */
  public static final long DEFAULT_HOLE_END = 4L << 30;

  /** The size of low RAM where there is none: no range fits. */
  private static final long NO_LOW_RAM = -1;

  private final Arena arena;
  private final MemorySegment ram;
  private final @Nullable Descriptor file;
  private final long lowSize;
  private final long holeEnd;

  private final @Nullable MemoryMirror mirror;

  /** Where the regions are; null when there are only low and high RAM. */
  private volatile @Nullable RegionTable regions;

  private GuestMemory(
      Arena arena, MemorySegment ram, @Nullable Descriptor file, long holeStart, long holeEnd) {
    this.mirror = null;
    this.arena = arena;
    this.ram = ram;
    this.file = file;
    this.lowSize = Math.min(ram.byteSize(), holeStart);
    this.holeEnd = holeEnd;
  }

  private GuestMemory(Arena arena, MemorySegment reservation, @Nullable MemoryMirror memoryMirror) {
    this.mirror = memoryMirror;
    this.arena = arena;
    this.ram = reservation;
    this.file = null;
    this.lowSize = NO_LOW_RAM;
    this.holeEnd = 0;
    this.regions = RegionTable.EMPTY;
  }

  /**
   * Address space in which regions can be {@linkplain #publish published}; none is yet.
   *
   * @param arena of the reservation; closed with this
   */
  static GuestMemory reserved(
      Arena arena, MemorySegment reservation, @Nullable MemoryMirror mirror) {
    return new GuestMemory(arena, reservation, mirror);
  }

  /** From now on the RAM is where this table says. */
  void publish(RegionTable table) {
    regions = table;
  }

  /**
   * RAM that only this process sees. The operating system commits a page when it is first touched.
   *
   * @param size in bytes, a positive multiple of {@link #FRAME_SIZE}
   */
  public static GuestMemory anonymous(long size) {
    return anonymous(size, DEFAULT_HOLE_START, DEFAULT_HOLE_END);
  }

  /**
   * RAM with a hole of the caller's choice.
   *
   * @param size in bytes, a positive multiple of {@link #FRAME_SIZE}
   * @param holeStart first address without RAM, a positive multiple of {@link #FRAME_SIZE}
   * @param holeEnd first address after the hole, above {@code holeStart}
   */
  public static GuestMemory anonymous(long size, long holeStart, long holeEnd) {
    checkLayout(size, holeStart, holeEnd);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment ram = Mapping.anonymous(size, arena);
      return new GuestMemory(arena, ram, null, holeStart, holeEnd);
    } catch (PosixException failure) {
      arena.close();
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * RAM behind a memfd, which another process can map through its file descriptor.
   *
   * @param size in bytes, a positive multiple of {@link #FRAME_SIZE}
   */
  public static GuestMemory memfd(long size) {
    checkLayout(size, DEFAULT_HOLE_START, DEFAULT_HOLE_END);
    Arena arena = Arena.ofShared();
    try {
      Descriptor file = sealedFile(size);
      try {
        MemorySegment ram = Mapping.shared(file, 0, size, arena);
        return new GuestMemory(arena, ram, file, DEFAULT_HOLE_START, DEFAULT_HOLE_END);
      } catch (PosixException failure) {
        file.close();
        throw failure;
      }
    } catch (PosixException failure) {
      arena.close();
      throw new UncheckedIOException(failure);
    }
  }

  /** Whoever gets the descriptor cannot make the file smaller under our mapping. */
  private static Descriptor sealedFile(long size) throws PosixException {
    Descriptor file = MemoryFile.create("ringside-guest-ram", size);
    try {
      MemoryFile.seal(file, MemoryFile.SEAL_SHRINK | MemoryFile.SEAL_GROW | MemoryFile.SEAL_SEAL);
      return file;
    } catch (PosixException failure) {
      file.close();
      throw failure;
    }
  }

  private static void checkLayout(long size, long holeStart, long holeEnd) {
    if (size <= 0 || size % FRAME_SIZE != 0) {
      throw new IllegalArgumentException(
          "guest RAM of " + size + " bytes: not a positive multiple of " + FRAME_SIZE);
    }
    if (holeStart <= 0 || holeStart % FRAME_SIZE != 0 || holeEnd <= holeStart) {
      throw new IllegalArgumentException("a hole from 0x%x to 0x%x".formatted(holeStart, holeEnd));
    }
  }

  /** How much RAM there is, in bytes, without holes. */
  public long size() {
    RegionTable table = regions;
    return table != null ? table.size() : ram.byteSize();
  }

  /** The first address above all RAM. */
  public long end() {
    RegionTable table = regions;
    if (table != null) {
      return table.end();
    }
    return ram.byteSize() == lowSize ? lowSize : holeEnd + ram.byteSize() - lowSize;
  }

  /** Where low RAM ends: the start of the hole, or {@link #end()} when RAM does not reach it. */
  public long lowEnd() {
    RegionTable table = regions;
    return table != null ? table.firstEnd() : lowSize;
  }

  /** Where high RAM starts, when there is any. */
  public long highStart() {
    RegionTable table = regions;
    return table != null ? table.lastStart() : holeEnd;
  }

  /**
   * What brings those parts up to date that are copies of a guest's memory; null when all of it is
   * mapped.
   */
  public @Nullable MemoryMirror mirror() {
    return mirror;
  }

  /**
   * The memfd that holds all of {@link #segment()}, for as long as this memory is open; null for
   * anonymous RAM.
   */
  public @Nullable Descriptor file() {
    return file;
  }

  /**
   * Where a guest range lies in {@link #segment()}, or -1 when it is not all RAM: because it wraps
   * around 2^64, touches the hole or passes the end. An empty range is RAM when its address is.
   *
   * @param address guest-physical, unsigned
   * @param length in bytes; negative is never RAM
   */
  public long offset(long address, long length) {
    // With length <= lowSize the subtraction cannot go below zero, so one unsigned comparison also
    // refuses addresses of 2^63 and above and sums that wrap.
    if (length >= 0 && length <= lowSize && Long.compareUnsigned(address, lowSize - length) <= 0) {
      return address;
    }
    RegionTable table = regions;
    return table != null ? table.offset(address, length) : highOffset(address, length);
  }

  private long highOffset(long address, long length) {
    long highSize = ram.byteSize() - lowSize;
    long inHigh = address - holeEnd;
    if (length < 0
        || length > highSize
        || Long.compareUnsigned(address, holeEnd) < 0
        || Long.compareUnsigned(inHigh, highSize - length) > 0) {
      return -1;
    }
    return lowSize + inHigh;
  }

  /**
   * The guest address of a place in {@link #segment()}: what {@link #offset} was asked for.
   *
   * @param offset in RAM
   */
  public long address(long offset) {
    RegionTable table = regions;
    if (table != null) {
      return table.address(offset);
    }
    return offset < lowSize ? offset : holeEnd + offset - lowSize;
  }

  /** Whether all of a guest range is RAM. */
  public boolean contains(long address, long length) {
    return offset(address, length) >= 0;
  }

  /**
   * Where a guest range lies in {@link #segment()}.
   *
   * @throws GuestAddressException when not all of the range is RAM
   */
  public long checkedOffset(long address, long length) {
    long offset = offset(address, length);
    if (offset < 0) {
      throw new GuestAddressException(address, length, this);
    }
    return offset;
  }

  /**
   * A view of a guest range, checked once here and against its own bounds at every access.
   *
   * @throws GuestAddressException when not all of the range is RAM
   */
  public MemorySegment slice(long address, long length) {
    return ram.asSlice(checkedOffset(address, length), length);
  }

  /**
   * All RAM, low before high, or the reservation in which its regions are, for moving data without
   * a copy in between. Positions in it come from {@link #offset}, never from a guest.
   */
  public MemorySegment segment() {
    return ram;
  }

  /**
   * A bounds-checked Chronicle view of a guest range, for structured reading and annotated dumps.
   * It must not be used after {@link #close()}.
   *
   * @throws GuestAddressException when not all of the range is RAM
   */
  public Bytes<?> bytes(long address, long length) {
    long offset = checkedOffset(address, length);
    PointerBytesStore store = new PointerBytesStore();
    store.set(ram.address() + offset, length);
    return store.bytesForRead();
  }

  public int getU8(long address) {
    return ram.get(ValueLayout.JAVA_BYTE, checkedOffset(address, Byte.BYTES)) & 0xff;
  }

  public void setU8(long address, int value) {
    ram.set(ValueLayout.JAVA_BYTE, checkedOffset(address, Byte.BYTES), (byte) value);
  }

  public int getU16(long address) {
    return LittleEndian.getU16(ram, checkedOffset(address, Short.BYTES));
  }

  public void setU16(long address, int value) {
    LittleEndian.setU16(ram, checkedOffset(address, Short.BYTES), value);
  }

  /** The 32-bit value as it stands; {@code & 0xffff_ffffL} makes it unsigned. */
  public int getU32(long address) {
    return LittleEndian.getU32(ram, checkedOffset(address, Integer.BYTES));
  }

  public void setU32(long address, int value) {
    LittleEndian.setU32(ram, checkedOffset(address, Integer.BYTES), value);
  }

  /** The 64-bit value as it stands. */
  public long getU64(long address) {
    return LittleEndian.getU64(ram, checkedOffset(address, Long.BYTES));
  }

  public void setU64(long address, long value) {
    LittleEndian.setU64(ram, checkedOffset(address, Long.BYTES), value);
  }

  /** Reads a 16-bit index; later reads of this thread see what was written before its release. */
  public int getU16Acquire(long address) {
    return LittleEndian.getU16Acquire(ram, checkedOffset(address, Short.BYTES));
  }

  /** Publishes a 16-bit index: earlier writes of this thread are visible to whoever acquires it. */
  public void setU16Release(long address, int value) {
    LittleEndian.setU16Release(ram, checkedOffset(address, Short.BYTES), value);
  }

  /** Like {@link #getU16Acquire} for 32 bits. */
  public int getU32Acquire(long address) {
    return LittleEndian.getU32Acquire(ram, checkedOffset(address, Integer.BYTES));
  }

  /** Like {@link #setU16Release} for 32 bits. */
  public void setU32Release(long address, int value) {
    LittleEndian.setU32Release(ram, checkedOffset(address, Integer.BYTES), value);
  }

  /**
   * Orders every earlier access of this thread before every later one, including a store before a
   * load, which neither release nor acquire does. Each use says which two it keeps apart.
   */
  public static void fullFence() {
    VarHandle.fullFence();
  }

  /** Copies guest bytes into an array. */
  public void read(long address, byte[] target, int targetOffset, int length) {
    long offset = checkedOffset(address, length);
    MemorySegment.copy(ram, ValueLayout.JAVA_BYTE, offset, target, targetOffset, length);
  }

  /** Copies an array into guest memory. */
  public void write(long address, byte[] source, int sourceOffset, int length) {
    long offset = checkedOffset(address, length);
    MemorySegment.copy(source, sourceOffset, ram, ValueLayout.JAVA_BYTE, offset, length);
  }

  /** Sets a guest range to one byte. */
  public void fill(long address, long length, byte value) {
    slice(address, length).fill(value);
  }

  /** Gives the RAM back. Every later access fails with an {@link IllegalStateException}. */
  @Override
  public void close() {
    arena.close();
    if (file != null) {
      file.close();
    }
  }
}
