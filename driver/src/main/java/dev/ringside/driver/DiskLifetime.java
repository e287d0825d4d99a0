package dev.ringside.driver;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkLifetimeLayout;

/**
 * What {@link BlockOperation#GET_LIFETIME} returned (virtio 1.4, section 5.2.6), as the device
 * wrote it: a number that the specification does not name is the device's fault, and stays what it
 * is.
 *
 * @param reserve how far the reserved blocks are consumed: {@link BlkLifetimeLayout#PRE_EOL_NORMAL}
 *     and the like
 * @param singleLevelWear 1 to 10 for the tenth of the lifetime that is being used, 11 when it is
 *     exceeded, 0 for not available
 * @param multiLevelWear the same for multi-level cells
 */
public record DiskLifetime(int reserve, int singleLevelWear, int multiLevelWear) {
  /** Bytes that the request's segment needs. */
  public static final int SIZE = BlkLifetimeLayout.SIZE;

  /** Reads an answer from where the request's segment lies. */
  public static DiskLifetime read(GuestMemory memory, long address) {
    return new DiskLifetime(
        memory.getU16(address + BlkLifetimeLayout.PRE_EOL_INFO),
        memory.getU16(address + BlkLifetimeLayout.TYPE_A),
        memory.getU16(address + BlkLifetimeLayout.TYPE_B));
  }
}
