package dev.ringside.hostile;

import dev.ringside.virtio.spec.Feature;

/**
 * The device under attack, and what its guest accepts.
 *
 * @param ramBytes how much RAM the guest has
 * @param queueSize of every queue, and the largest that the device allows
 * @param added features that the guest accepts besides the usual ones; the device must offer them
 * @param refused features that the guest does not accept
 * @param readOnly whether the disk cannot be written
 * @param serviceNs how long the disk takes for a request, so that it is in flight meanwhile
 */
record Setup(
    long ramBytes, int queueSize, long added, long refused, boolean readOnly, long serviceNs) {
  /** Sectors of the disk. */
  static final int SECTORS = 64;

  static final Setup DEFAULT = new Setup(1 << 20, 16, 0, 0, false, 0);

  Setup withRam(long bytes) {
    return new Setup(bytes, queueSize, added, refused, readOnly, serviceNs);
  }

  Setup withQueueSize(int size) {
    return new Setup(ramBytes, size, added, refused, readOnly, serviceNs);
  }

  Setup with(Feature... features) {
    return new Setup(
        ramBytes, queueSize, added | Feature.setOf(features), refused, readOnly, serviceNs);
  }

  Setup without(Feature... features) {
    return new Setup(
        ramBytes, queueSize, added, refused | Feature.setOf(features), readOnly, serviceNs);
  }

  Setup onReadOnlyDisk() {
    return new Setup(ramBytes, queueSize, added, refused, true, serviceNs);
  }

  Setup onSlowDisk() {
    return new Setup(ramBytes, queueSize, added, refused, readOnly, RawGuest.SERVICE_NS);
  }
}
