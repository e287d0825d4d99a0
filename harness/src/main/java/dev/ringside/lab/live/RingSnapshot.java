package dev.ringside.lab.live;

import java.util.List;

/**
 * A ring as it stands in guest memory, with where both sides stand by their own account. Contents
 * are there for rings of at most {@link #MOST_SHOWN} descriptors; of a larger one the lists are
 * empty.
 */
public sealed interface RingSnapshot {
  /** The largest ring whose entries are in a snapshot. */
  int MOST_SHOWN = 256;

  /** How many descriptors the ring has. */
  int size();

  /**
   * A descriptor.
   *
   * @param address guest-physical
   * @param length in bytes
   * @param flags as they stand there
   * @param link {@code next} in a split ring, {@code id} in a packed one
   */
  record Descriptor(long address, long length, int flags, int link) {}

  /**
   * An entry of the used ring.
   *
   * @param id head of the chain
   * @param length bytes written
   */
  record UsedElement(long id, long length) {}

  /**
   * A split ring (virtio 1.4, section 2.7); indices are modulo 2^16.
   *
   * @param eventIndex whether EVENT_IDX was agreed on
   * @param availFlags the driver's flags
   * @param availIdx as the device sees it
   * @param available the heads in the available ring
   * @param usedEvent the driver's wish
   * @param usedFlags the device's flags
   * @param usedIdx as the driver sees it
   * @param used the used ring
   * @param availEvent the device's wish
   * @param descriptors the descriptor table
   * @param driverNext where the driver's next chain goes
   * @param driverNextUsed the used entry that the driver takes next
   * @param deviceNextAvailable the available entry that the device takes next
   * @param deviceNextUsed where the device's next used entry goes
   */
  record Split(
      int size,
      boolean eventIndex,
      int availFlags,
      int availIdx,
      List<Integer> available,
      int usedEvent,
      int usedFlags,
      int usedIdx,
      List<UsedElement> used,
      int availEvent,
      List<Descriptor> descriptors,
      int driverNext,
      int driverNextUsed,
      int deviceNextAvailable,
      int deviceNextUsed)
      implements RingSnapshot {
    public Split {
      available = List.copyOf(available);
      used = List.copyOf(used);
      descriptors = List.copyOf(descriptors);
    }
  }

  /**
   * A packed ring (virtio 1.4, section 2.8); places are {@link
   * dev.ringside.virtio.spec.PackedLayout} cursors.
   *
   * @param eventIndex whether EVENT_IDX was agreed on
   * @param descriptors the ring
   * @param driverEvent the driver's wish
   * @param deviceEvent the device's wish
   * @param driverNext where the driver's next chain goes
   * @param driverPublished up to where chains are visible to the device
   * @param driverNextUsed where the driver looks for the next used descriptor
   * @param deviceNextAvailable where the device looks for the next available descriptor
   * @param deviceNextUsed where the device's next used descriptor goes
   */
  record Packed(
      int size,
      boolean eventIndex,
      List<Descriptor> descriptors,
      Wish.Suppression driverEvent,
      Wish.Suppression deviceEvent,
      int driverNext,
      int driverPublished,
      int driverNextUsed,
      int deviceNextAvailable,
      int deviceNextUsed)
      implements RingSnapshot {
    public Packed {
      descriptors = List.copyOf(descriptors);
    }
  }
}
