package dev.ringside.virtio.vhost;

import dev.ringside.machine.BorrowedMemory;
import dev.ringside.machine.BorrowedMemory.Access;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MemoryRegionException;
import dev.ringside.posix.Descriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's memory as the frontend shares it. Descriptors name guest addresses, while the
 * frontend names the areas of a ring by where it sees them itself; each region has both.
 */
final class FrontendMemory implements AutoCloseable {
  private final BorrowedMemory borrowed = new BorrowedMemory();
  private final List<Region> regions = new ArrayList<>();

  /**
   * A region.
   *
   * @param guestAddress guest-physical, unsigned
   * @param size in bytes
   * @param userAddress where the frontend sees it, unsigned
   * @param fileOffset in the file that came along
   */
  record Region(long guestAddress, long size, long userAddress, long fileOffset) {
    private boolean hasUser(long address, long length) {
      long inside = address - userAddress;
      return length <= size && Long.compareUnsigned(inside, size - length) <= 0;
    }

    private boolean overlapsUser(Region other) {
      return Long.compareUnsigned(userAddress - other.userAddress, other.size) < 0
          || Long.compareUnsigned(other.userAddress - userAddress, size) < 0;
    }
  }

  GuestMemory memory() {
    return borrowed.memory();
  }

  int size() {
    return regions.size();
  }

  /**
   * Adds a region.
   *
   * @param file stays the caller's
   */
  void add(Region region, Descriptor file) throws RefusedRequestException {
    for (Region other : regions) {
      if (region.overlapsUser(other)) {
        throw new RefusedRequestException(
            "memory region 0x%x + 0x%x: the frontend sees it at 0x%x, where it sees region 0x%x"
                .formatted(
                    region.guestAddress, region.size, region.userAddress, other.guestAddress));
      }
    }
    try {
      borrowed.map(region.guestAddress, region.size, file, region.fileOffset, Access.READ_WRITE);
    } catch (MemoryRegionException refused) {
      throw new RefusedRequestException("memory", refused);
    }
    regions.add(region);
  }

  /** Takes away the region of the same addresses and size. */
  void remove(Region region) throws RefusedRequestException {
    boolean known =
        regions.removeIf(
            there ->
                there.guestAddress == region.guestAddress
                    && there.size == region.size
                    && there.userAddress == region.userAddress);
    if (!known) {
      throw new RefusedRequestException(
          "memory region 0x%x + 0x%x: there is no such region"
              .formatted(region.guestAddress, region.size));
    }
    try {
      borrowed.unmap(region.guestAddress, region.size);
    } catch (MemoryRegionException refused) {
      throw new RefusedRequestException("memory", refused);
    }
  }

  /** Takes all regions away. */
  void clear() {
    regions.clear();
    borrowed.unmapAll();
  }

  /**
   * The guest address of an area that the frontend names by its own.
   *
   * @param what is there, for the message
   * @throws RefusedRequestException when the area is not in one region
   */
  long guestAddress(long userAddress, long length, String what) throws RefusedRequestException {
    for (Region region : regions) {
      if (region.hasUser(userAddress, length)) {
        return userAddress - region.userAddress + region.guestAddress;
      }
    }
    throw new RefusedRequestException(
        "%s at 0x%x + %d is in no memory region".formatted(what, userAddress, length));
  }

  @Override
  public void close() {
    borrowed.close();
  }
}
