package dev.ringside.blk;

import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.Feature;

/** Which features a virtio-blk device offers (virtio 1.4, sections 5.2.3 and 5.2.5.2). */
final class BlkFeatures {
  /** What every disk has. */
  private static final long ALWAYS =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.INDIRECT_DESC,
          Feature.EVENT_IDX,
          Feature.RING_PACKED,
          Feature.IN_ORDER,
          Feature.BLK_SIZE_MAX,
          Feature.BLK_SEG_MAX,
          Feature.BLK_GEOMETRY,
          Feature.BLK_BLK_SIZE,
          Feature.BLK_FLUSH,
          Feature.BLK_TOPOLOGY,
          Feature.BLK_CONFIG_WCE);

  private BlkFeatures() {}

  /** What this storage, profile and settings make possible. */
  static long offered(Storage storage, BlkSettings settings) {
    DiskProfile disk = settings.disk();
    long features = ALWAYS;
    if (settings.queues() > 1) {
      features |= Feature.BLK_MQ.mask();
    }
    if (disk.endurance() != null) {
      features |= Feature.BLK_LIFETIME.mask();
    }
    ZoneLayout zones = disk.zones();
    if (zones != null) {
      features |= Feature.BLK_ZONED.mask();
    }
    if (storage.readOnly()) {
      features |= Feature.BLK_RO.mask();
    } else {
      features |= changes(storage, zones != null && zones.model() == BlkZoneModel.HOST_MANAGED);
    }
    features &= settings.offeredFeatures();
    // CONFIG_WCE is offered only together with FLUSH.
    return Feature.BLK_FLUSH.isIn(features) ? features : features & ~Feature.BLK_CONFIG_WCE.mask();
  }

  /** A host-managed zone is emptied by a reset, and written at its write pointer only. */
  private static long changes(Storage storage, boolean hostManaged) {
    long features = 0;
    if (!hostManaged) {
      features |= Feature.BLK_WRITE_ZEROES.mask();
      features |= storage.discards() ? Feature.BLK_DISCARD.mask() : 0;
    }
    return features | (storage.secureErases() ? Feature.BLK_SECURE_ERASE.mask() : 0);
  }
}
