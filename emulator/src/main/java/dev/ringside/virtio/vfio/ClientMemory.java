package dev.ringside.virtio.vfio;

import dev.ringside.machine.BorrowedMemory;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MemoryMirror;
import dev.ringside.machine.MemoryRegionException;
import dev.ringside.posix.Descriptor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory that a client lets the device use: regions that come and go with DMA_MAP and
 * DMA_UNMAP. One that comes with a descriptor is mapped. Of one that comes without, this process
 * has a copy that {@link dev.ringside.virtio.queue.DeviceQueue}s bring up to date piece by piece,
 * with a DMA_READ or DMA_WRITE for each; both kinds may be there at once.
 *
 * <p>A copy costs a message there and one back for every piece: for one read request of a split
 * ring some ten of them, each a round trip of the client's main loop. It is for clients that cannot
 * share their memory, not for speed.
 *
 * <p>The task that carries out commands maps and unmaps; the device's tasks use the memory
 * meanwhile. When a region has gone, an access of theirs that is on its way meets zeros.
 */
final class ClientMemory implements MemoryMirror, AutoCloseable {
  private final VfioConnection connection;
  private final BorrowedMemory regions = new BorrowedMemory(this);

  /** Replaced as a whole. */
  private volatile Copy[] copies = {};

  /**
   * A region that this process has a copy of.
   *
   * @param offset where the copy begins in the memory's segment
   */
  private record Copy(long address, long size, long offset, boolean readable, boolean writable) {
    private boolean touches(long from, long length) {
      return from < offset + size && offset < from + length;
    }
  }

  /** No memory yet. */
  ClientMemory(VfioConnection connection) {
    this.connection = connection;
  }

  /** All regions as the device's memory. */
  GuestMemory memory() {
    return regions.memory();
  }

  /** How many regions there are. */
  int count() {
    return regions.regions();
  }

  /**
   * Adds a region that the client shares. The descriptor stays the caller's.
   *
   * @param writable false for one that the device only reads; what it writes there all the same,
   *     the client does not see
   * @throws MemoryRegionException when it cannot be added
   */
  void map(long address, long size, Descriptor file, long fileOffset, boolean writable)
      throws MemoryRegionException {
    regions.map(
        address,
        size,
        file,
        fileOffset,
        writable ? BorrowedMemory.Access.READ_WRITE : BorrowedMemory.Access.READ_ONLY);
  }

  /**
   * Adds a region that is reached by messages.
   *
   * @throws MemoryRegionException when it cannot be added
   */
  void copy(long address, long size, boolean readable, boolean writable)
      throws MemoryRegionException {
    long offset = regions.reserve(address, size);
    Copy[] next = Arrays.copyOf(copies, copies.length + 1);
    next[next.length - 1] = new Copy(address, size, offset, readable, writable);
    copies = next;
  }

  /**
   * Takes a region away.
   *
   * @throws MemoryRegionException when there is none of exactly this address and size
   */
  void unmap(long address, long size) throws MemoryRegionException {
    regions.unmap(address, size);
    copies = Arrays.stream(copies).filter(copy -> copy.address != address).toArray(Copy[]::new);
  }

  /** Takes all regions away. */
  void unmapAll() {
    copies = new Copy[0];
    regions.unmapAll();
  }

  @Override
  public boolean isCopy(long offset, long length) {
    for (Copy copy : copies) {
      if (copy.touches(offset, length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean fetch(long offset, long length) {
    return transfer(offset, length, true);
  }

  @Override
  public boolean store(long offset, long length) {
    return transfer(offset, length, false);
  }

  private boolean transfer(long offset, long length, boolean fetching) {
    for (Copy copy : copies) {
      if (copy.touches(offset, length)) {
        long from = Math.max(offset, copy.offset);
        long to = Math.min(offset + length, copy.offset + copy.size);
        long address = copy.address + (from - copy.offset);
        MemorySegment piece = memory().segment().asSlice(from, to - from);
        boolean well =
            fetching
                ? copy.readable && connection.read(address, piece)
                : copy.writable && connection.write(address, piece);
        if (!well) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    regions.close();
  }
}
