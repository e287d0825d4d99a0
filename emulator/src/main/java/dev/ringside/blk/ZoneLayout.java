package dev.ringside.blk;

import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkZoneModel;

/**
 * How a disk is cut into zones (virtio 1.4, section 5.2.4, zoned characteristics).
 *
 * @param model host-managed or host-aware; {@link BlkZoneModel#NONE} is a drive that manages its
 *     zones itself, and looks like a disk without any
 * @param zoneSectors size of a zone; the last one may be smaller
 * @param zoneCapacity sectors of a sequential zone that can be written, from its start
 * @param conventionalZones how many zones have no write pointer; they come first
 * @param maxOpen zones that can be open together; 0 for no limit
 * @param maxActive zones that can be open or closed together; 0 for no limit
 * @param maxAppendSectors data of one ZONE_APPEND; 0 when there is none
 * @param writeGranularity of sequential zones, in bytes
 */
public record ZoneLayout(
    BlkZoneModel model,
    int zoneSectors,
    int zoneCapacity,
    int conventionalZones,
    int maxOpen,
    int maxActive,
    int maxAppendSectors,
    int writeGranularity) {
  /** Bounds the memory for their states. */
  static final int MOST_ZONES = 1 << 20;

  public ZoneLayout {
    if (zoneSectors < 1
        || zoneCapacity < 1
        || zoneCapacity > zoneSectors
        || conventionalZones < 0
        || maxOpen < 0
        || maxActive < 0
        || maxAppendSectors < 0) {
      throw new IllegalArgumentException(
          "zones of %d sectors, %d of them writable; %d conventional, %d open, %d active, append %d"
              .formatted(
                  zoneSectors,
                  zoneCapacity,
                  conventionalZones,
                  maxOpen,
                  maxActive,
                  maxAppendSectors));
    }
    if (maxActive != 0 && maxOpen > maxActive) {
      throw new IllegalArgumentException(
          "%d open zones, and only %d active".formatted(maxOpen, maxActive));
    }
    if (writeGranularity < BlkRequestLayout.SECTOR_SIZE
        || writeGranularity % BlkRequestLayout.SECTOR_SIZE != 0) {
      throw new IllegalArgumentException("write granularity of " + writeGranularity);
    }
  }

  /** Zones of that model and size without limits, all sequential and written in sectors. */
  public static ZoneLayout of(BlkZoneModel model, int zoneSectors) {
    return new ZoneLayout(
        model, zoneSectors, zoneSectors, 0, 0, 0, zoneSectors, BlkRequestLayout.SECTOR_SIZE);
  }

  public ZoneLayout withCapacity(int sectors) {
    return new ZoneLayout(
        model,
        zoneSectors,
        sectors,
        conventionalZones,
        maxOpen,
        maxActive,
        maxAppendSectors,
        writeGranularity);
  }

  public ZoneLayout withConventionalZones(int count) {
    return new ZoneLayout(
        model,
        zoneSectors,
        zoneCapacity,
        count,
        maxOpen,
        maxActive,
        maxAppendSectors,
        writeGranularity);
  }

  public ZoneLayout withLimits(int open, int active) {
    return new ZoneLayout(
        model,
        zoneSectors,
        zoneCapacity,
        conventionalZones,
        open,
        active,
        maxAppendSectors,
        writeGranularity);
  }

  public ZoneLayout withMaxAppend(int sectors) {
    return new ZoneLayout(
        model,
        zoneSectors,
        zoneCapacity,
        conventionalZones,
        maxOpen,
        maxActive,
        sectors,
        writeGranularity);
  }

  public ZoneLayout withWriteGranularity(int bytes) {
    return new ZoneLayout(
        model,
        zoneSectors,
        zoneCapacity,
        conventionalZones,
        maxOpen,
        maxActive,
        maxAppendSectors,
        bytes);
  }
}
