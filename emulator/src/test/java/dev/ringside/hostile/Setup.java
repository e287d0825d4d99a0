package dev.ringside.hostile;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.virtio.spec.Feature;

/**
 * The device under attack, and what its guest accepts.
 *
 * @param ramBytes how much RAM the guest has
 * @param settings of the device
 * @param added features that the guest accepts besides the usual ones; the device must offer them
 * @param refused features that the guest does not accept
 * @param readOnly whether the disk cannot be written
 * @param serviceNs how long the disk takes for a request, so that it is in flight meanwhile
 */
record Setup(
    long ramBytes,
    BlkSettings settings,
    long added,
    long refused,
    boolean readOnly,
    long serviceNs) {
  /** Sectors of the disk. */
  static final int SECTORS = 64;

  private static final int QUEUE_SIZE = 16;

  static final Setup DEFAULT =
      new Setup(1 << 20, BlkSettings.DEFAULT.withQueueSize(QUEUE_SIZE), 0, 0, false, 0);

  int queueSize() {
    return settings.queueSize();
  }

  boolean isZoned() {
    return settings.disk().zones() != null;
  }

  Setup withRam(long bytes) {
    return new Setup(bytes, settings, added, refused, readOnly, serviceNs);
  }

  Setup withQueueSize(int size) {
    return with(settings.withQueueSize(size));
  }

  Setup withQueues(int count) {
    return with(settings.withQueues(count)).with(Feature.BLK_MQ);
  }

  Setup withZones(ZoneLayout zones) {
    return with(settings.withDisk(settings.disk().withZones(zones))).with(Feature.BLK_ZONED);
  }

  Setup withSegmentsOf(int bytes) {
    return with(settings.withDisk(settings.disk().withMaxSegmentBytes(bytes)));
  }

  Setup with(BlkSettings other) {
    return new Setup(ramBytes, other, added, refused, readOnly, serviceNs);
  }

  Setup with(Feature... features) {
    long more = added | Feature.setOf(features);
    return new Setup(ramBytes, settings, more, refused, readOnly, serviceNs);
  }

  Setup without(Feature... features) {
    long more = refused | Feature.setOf(features);
    return new Setup(ramBytes, settings, added, more, readOnly, serviceNs);
  }

  Setup onReadOnlyDisk() {
    return new Setup(ramBytes, settings, added, refused, true, serviceNs);
  }

  Setup onSlowDisk() {
    return new Setup(ramBytes, settings, added, refused, readOnly, RawGuest.SERVICE_NS);
  }
}
