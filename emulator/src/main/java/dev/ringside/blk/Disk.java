package dev.ringside.blk;

import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of a running device work on: the storage, and what driver and device agreed on.
 *
 * @param storage the sectors
 * @param profile what requests may ask for
 * @param features that were agreed on
 * @param cache whether completed writes may be volatile
 * @param wear null when LIFETIME was not agreed on
 * @param zones null when the disk has none that requests must respect
 * @param unmanagedZones null unless a host-aware disk has a driver that does not know of zones
 */
record Disk(
    Storage storage,
    DiskProfile profile,
    long features,
    CacheMode cache,
    @Nullable LifetimeCounters wear,
    @Nullable ZonedDisk zones,
    @Nullable ZoneTable unmanagedZones) {

  /** Whether driver and device agreed on a feature. */
  boolean has(Feature feature) {
    return feature.isIn(features);
  }

  /** Whether a range is whole sectors that exist; its numbers are a guest's. */
  boolean contains(long first, long bytes) {
    long count = bytes / BlkRequestLayout.SECTOR_SIZE;
    long sectors = storage.sectors();
    return bytes % BlkRequestLayout.SECTOR_SIZE == 0
        && first >= 0
        && count <= sectors
        && first <= sectors - count;
  }

  /** A write of the driver's has been carried out. */
  void noteWrite(long sector, long bytes) {
    if (wear != null) {
      wear.wrote(bytes);
    }
    if (unmanagedZones != null) {
      unmanagedZones.noteWrite(sector, bytes / BlkRequestLayout.SECTOR_SIZE);
    }
  }

  /** Sectors have changed: in writethrough mode that is stable before the request completes. */
  void settle() throws IOException {
    if (!cache.isWriteback()) {
      storage.flush();
    }
  }
}
