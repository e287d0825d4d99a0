package dev.ringside.driver;

import static dev.ringside.virtio.spec.SplitLayout.*;

import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;

/**
 * Where the three areas of a split ring lie, as guest-physical addresses.
 *
 * @param size descriptors of the ring
 * @param contiguous whether they are one block, with the used ring on a page of its own, as the
 *     legacy interface demands (virtio 1.4, section 2.7.2)
 */
record RingAreas(int size, boolean contiguous, long descriptors, long available, long used) {
  /** Alignment of the used ring in a contiguous block, in bytes. */
  static final int ALIGNMENT = GuestMemory.FRAME_SIZE;

  /** Areas that are allocated one by one. */
  static RingAreas separate(FrameAllocator frames, int size) {
    return new RingAreas(
        size,
        false,
        frames.allocate(descriptorTableBytes(size)),
        frames.allocate(availableRingBytes(size)),
        frames.allocate(usedRingBytes(size)));
  }

  /** Areas in one block. */
  static RingAreas contiguous(FrameAllocator frames, int size) {
    long base = frames.allocate(legacyBytes(size, ALIGNMENT));
    return new RingAreas(
        size,
        true,
        base,
        base + descriptorTableBytes(size),
        base + legacyUsedRingOffset(size, ALIGNMENT));
  }

  /** Gives the memory back. */
  void free(FrameAllocator frames) {
    if (contiguous) {
      frames.free(descriptors, legacyBytes(size, ALIGNMENT));
    } else {
      frames.free(descriptors, descriptorTableBytes(size));
      frames.free(available, availableRingBytes(size));
      frames.free(used, usedRingBytes(size));
    }
  }
}
