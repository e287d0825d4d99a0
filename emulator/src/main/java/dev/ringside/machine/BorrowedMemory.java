package dev.ringside.machine;

import dev.ringside.posix.Descriptor;
import dev.ringside.posix.FileCalls;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.Reservation;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Guest RAM that belongs to somebody else: regions of files, such as a virtual machine's memfd,
 * that come and go while the device works.
 *
 * <p>All regions are mapped into one reservation of {@link ReservationSlots#SLOTS} TiB, which is
 * private zeroed memory wherever no region is. So no access through {@link #memory} can leave it:
 * whoever still holds an offset into a region that has just gone meets zeros, and neither foreign
 * memory nor a fault. A region is found through a {@link RegionTable} that is replaced as a whole.
 *
 * <p>Regions that are adjacent in the guest are adjacent in the reservation, and a buffer may lie
 * in both; the one exception is a boundary between two slots that are not neighbours, at a multiple
 * of 1 TiB, where such a buffer is refused like one outside RAM.
 *
 * <p>The owner may shrink a file after it was mapped. An access behind its new end is an {@link
 * InternalError} in the task that makes it (or EFAULT in a system call); it ends that task's work
 * and never the process.
 *
 * <p>Any task maps and unmaps; the memory is used meanwhile.
 */
public final class BorrowedMemory implements AutoCloseable {
  /** The largest region, in bytes. */
  public static final long MAX_REGION_SIZE = 4 * ReservationSlots.WINDOW;

  /** The most regions at a time. The operating system allows 65530 mappings in all. */
  public static final int MAX_REGIONS = 1 << 14;

  private final GuestMemory memory;
  private final Reservation reservation;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReservationSlots slots = new ReservationSlots();

  /** By their unsigned addresses. */
  private final List<RegionTable.Range> regions = new ArrayList<>();

  /** Memory without any region. */
  public BorrowedMemory() {
    this(null);
  }

  /**
   * Memory without any region, of which some will be copies.
   *
   * @param mirror knows which, and brings them up to date; null when all regions are mapped
   */
  public BorrowedMemory(@Nullable MemoryMirror mirror) {
    Arena arena = Arena.ofShared();
    try {
      reservation = Reservation.of(ReservationSlots.SLOTS * ReservationSlots.WINDOW, arena);
    } catch (PosixException failure) {
      arena.close();
      throw new UncheckedIOException(failure);
    }
    memory = GuestMemory.reserved(arena, reservation.segment(), mirror);
  }

  /** The regions as the guest's RAM; closed with this. */
  public GuestMemory memory() {
    return memory;
  }

  /** What the device may do with a region. */
  public enum Access {
    READ_WRITE,
    /** What is written stays in this process: the owner of the file does not see it. */
    READ_ONLY
  }

  /**
   * Adds a region. The descriptor stays the caller's, and may be closed afterwards.
   *
   * @param address guest-physical, unsigned; a multiple of {@link GuestMemory#FRAME_SIZE}
   * @param size in bytes, a positive multiple of the same
   * @param file large enough
   * @param fileOffset where the region begins in the file, a multiple of the same
   * @throws MemoryRegionException when it cannot be added; nothing has changed then
   */
  public void map(long address, long size, Descriptor file, long fileOffset, Access access)
      throws MemoryRegionException {
    check(address, size, fileOffset);
    checkFile(address, size, file, fileOffset);
    lock.lock();
    try {
      int index = indexFor(address, size);
      long offset = place(address, size);
      try {
        switch (access) {
          case READ_WRITE -> reservation.map(offset, size, file, fileOffset);
          case READ_ONLY -> reservation.mapPrivate(offset, size, file, fileOffset);
        }
      } catch (PosixException failure) {
        slots.remove(address, size, offset);
        throw new MemoryRegionException(address, size, failure.getMessage());
      }
      add(index, new RegionTable.Range(address, size, offset));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a region of zeroed memory that only this process sees: room for a copy.
   *
   * @param address as for {@link #map}
   * @param size as for {@link #map}
   * @return where it lies in the memory's segment
   * @throws MemoryRegionException when it cannot be added; nothing has changed then
   */
  public long reserve(long address, long size) throws MemoryRegionException {
    check(address, size, 0);
    lock.lock();
    try {
      int index = indexFor(address, size);
      long offset = place(address, size);
      // Who still held an offset into a region that has gone may have written here since.
      clear(offset, size);
      add(index, new RegionTable.Range(address, size, offset));
      return offset;
    } finally {
      lock.unlock();
    }
  }

  private long place(long address, long size) throws MemoryRegionException {
    long offset = slots.place(address, size);
    if (offset < 0) {
      throw new MemoryRegionException(
          address, size, "too far from the others, which fill all slots of 1 TiB");
    }
    return offset;
  }

  private void add(int index, RegionTable.Range region) {
    regions.add(index, region);
    memory.publish(RegionTable.of(regions));
  }

  private static void check(long address, long size, long fileOffset) throws MemoryRegionException {
    if (size <= 0) {
      throw new MemoryRegionException(address, size, size == 0 ? "empty" : "too large");
    }
    if (size > MAX_REGION_SIZE) {
      throw new MemoryRegionException(
          address, size, "larger than 0x%x bytes".formatted(MAX_REGION_SIZE));
    }
    if (((address | size | fileOffset) & (GuestMemory.FRAME_SIZE - 1)) != 0) {
      throw new MemoryRegionException(
          address,
          size,
          "not in whole pages of %d bytes at offset 0x%x of its file"
              .formatted(GuestMemory.FRAME_SIZE, fileOffset));
    }
    if (Long.compareUnsigned(address, -size) >= 0) {
      throw new MemoryRegionException(address, size, "wraps around the end of the address space");
    }
  }

  private static void checkFile(long address, long size, Descriptor file, long fileOffset)
      throws MemoryRegionException {
    long fileSize;
    long page;
    try {
      fileSize = file.size();
      page = FileCalls.hugePageSize(file);
    } catch (PosixException failure) {
      throw new MemoryRegionException(address, size, failure.getMessage());
    }
    if (fileOffset < 0 || size > fileSize || fileOffset > fileSize - size) {
      throw new MemoryRegionException(
          address,
          size,
          "at offset 0x%x it is not inside its file of 0x%x bytes".formatted(fileOffset, fileSize));
    }
    if (page > 0 && ((address | size | fileOffset) & (page - 1)) != 0) {
      // Mapping it would cover what lies around it.
      throw new MemoryRegionException(
          address, size, "not in whole huge pages of %d bytes".formatted(page));
    }
  }

  /** Where a region goes among the others, none of which it may touch. */
  private int indexFor(long address, long size) throws MemoryRegionException {
    if (regions.size() == MAX_REGIONS) {
      throw new MemoryRegionException(
          address, size, "one more than %d regions".formatted(MAX_REGIONS));
    }
    int index = indexOf(address);
    if (index >= 0) {
      throw overlap(address, size, regions.get(index));
    }
    index = -index - 1;
    if (index > 0 && address - regions.get(index - 1).address() < regions.get(index - 1).size()) {
      throw overlap(address, size, regions.get(index - 1));
    }
    if (index < regions.size() && regions.get(index).address() - address < size) {
      throw overlap(address, size, regions.get(index));
    }
    return index;
  }

  private static MemoryRegionException overlap(long address, long size, RegionTable.Range other) {
    return MemoryRegionException.overlap(address, size, other.address(), other.size());
  }

  /** The index of the region that begins at an address, or -(where it would be) - 1. */
  private int indexOf(long address) {
    int low = 0;
    int high = regions.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compareUnsigned(regions.get(middle).address(), address);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /**
   * Takes a region away. When this returns, no access reaches its file any more; one that races
   * with this reaches either the file or zeros.
   *
   * @throws MemoryRegionException when there is no region of exactly this address and size
   */
  public void unmap(long address, long size) throws MemoryRegionException {
    lock.lock();
    try {
      int index = indexOf(address);
      if (index < 0 || regions.get(index).size() != size) {
        throw new MemoryRegionException(address, size, "there is no such region");
      }
      release(regions.remove(index));
    } finally {
      lock.unlock();
    }
  }

  /** Takes all regions away. */
  public void unmapAll() {
    lock.lock();
    try {
      while (!regions.isEmpty()) {
        release(regions.removeLast());
      }
    } finally {
      lock.unlock();
    }
  }

  private void release(RegionTable.Range region) {
    memory.publish(RegionTable.of(regions));
    clear(region.offset(), region.size());
    slots.remove(region.address(), region.size(), region.offset());
  }

  private void clear(long offset, long size) {
    try {
      reservation.unmap(offset, size);
    } catch (PosixException failure) {
      // Only when the process has no mappings left: then nothing would end the use of the file.
      throw new UncheckedIOException(failure);
    }
  }

  /** How many regions there are. */
  public int regions() {
    lock.lock();
    try {
      return regions.size();
    } finally {
      lock.unlock();
    }
  }

  /** Unmaps everything. Every later access fails with an {@link IllegalStateException}. */
  @Override
  public void close() {
    memory.close();
  }
}
