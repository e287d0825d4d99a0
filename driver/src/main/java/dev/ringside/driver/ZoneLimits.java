package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkZoneModel;

/**
 * How a disk is zoned.
 *
 * @param model {@link BlkZoneModel#HOST_MANAGED} or {@link BlkZoneModel#HOST_AWARE}
 * @param zoneSectors size of a zone; the last one may be smaller
 * @param maxOpen zones that can be open together; 0 for no limit
 * @param maxActive zones that can be open or closed together; 0 for no limit
 * @param maxAppendSectors data of one {@link BlockOperation#ZONE_APPEND}; 0 when there is none
 * @param writeGranularity of sequential zones, in bytes
 */
public record ZoneLimits(
    BlkZoneModel model,
    long zoneSectors,
    long maxOpen,
    long maxActive,
    long maxAppendSectors,
    long writeGranularity) {
  /** The first sector of the zone that a sector lies in. */
  public long startOf(long sector) {
    return sector - sector % zoneSectors;
  }
}
