package dev.ringside.blk;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.LittleEndian;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneReportLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * What the requests of a zoned disk do (virtio 1.4, section 5.2.6): the {@link ZoneTable} decides,
 * then data moves to or from the storage. Methods return a status of {@link BlkStatus}.
 *
 * <p>Unwritten data reads as zeros. A write moves the write pointer before its data; one that the
 * storage then fails leaves its sectors with any content.
 */
final class ZonedDisk {
  private final ZoneTable zones;
  private final Storage storage;

  ZonedDisk(ZoneTable zones, Storage storage) {
    this.zones = zones;
    this.storage = storage;
  }

  ZoneTable table() {
    return zones;
  }

  /** IN, of sectors that are on the disk. */
  int read(long sector, IoVector data) throws IOException {
    long count = data.bytes() / BlkRequestLayout.SECTOR_SIZE;
    int status = zones.checkRead(sector, count);
    if (status == BlkStatus.OK) {
      long unwritten = (count - zones.written(sector, count)) * BlkRequestLayout.SECTOR_SIZE;
      clearEnd(data, unwritten);
      data.dropLast(unwritten);
      storage.read(sector * BlkRequestLayout.SECTOR_SIZE, data);
    }
    return status;
  }

  private static void clearEnd(IoVector data, long length) {
    long left = length;
    for (int piece = data.count() - 1; left > 0; piece--) {
      long part = Math.min(left, data.length(piece));
      long offset = data.offset(piece) + data.length(piece) - part;
      data.memory().asSlice(offset, part).fill((byte) 0);
      left -= part;
    }
  }

  /** OUT, to sectors that are on the disk. */
  int write(long sector, IoVector data) throws IOException {
    int status = zones.beginWrite(sector, data.bytes() / BlkRequestLayout.SECTOR_SIZE);
    if (status == BlkStatus.OK) {
      storage.write(sector * BlkRequestLayout.SECTOR_SIZE, data);
    }
    return status;
  }

  /**
   * ZONE_APPEND of whole sectors.
   *
   * @return where the data is; a negative number is the negative of a status
   */
  long append(long zoneSector, IoVector data) throws IOException {
    long at = zones.beginAppend(zoneSector, data.bytes() / BlkRequestLayout.SECTOR_SIZE);
    if (at >= 0) {
      storage.write(at * BlkRequestLayout.SECTOR_SIZE, data);
    }
    return at;
  }

  /**
   * ZONE_REPORT: the zones from the one of {@code sector} on, as many as the data has room for.
   *
   * @return bytes of the report; a negative number is the negative of a status
   */
  long report(long sector, IoVector data) {
    if (data.bytes() < BlkZoneReportLayout.HEADER_SIZE) {
      return -BlkStatus.IOERR;
    }
    if (!zones.isOnDisk(sector)) {
      return -BlkStatus.ZONE_INVALID_CMD;
    }
    int first = zones.zoneOf(sector);
    long room =
        (data.bytes() - BlkZoneReportLayout.HEADER_SIZE) / BlkZoneReportLayout.DESCRIPTOR_SIZE;
    int count = (int) Math.min(room, zones.count() - first);
    MemorySegment header = MemorySegment.ofArray(new byte[BlkZoneReportLayout.HEADER_SIZE]);
    LittleEndian.setU64(header, BlkZoneReportLayout.NR_ZONES, count);
    long written = data.copyFrom(header);
    data.dropFirst(written);
    MemorySegment descriptor = MemorySegment.ofArray(new byte[BlkZoneReportLayout.DESCRIPTOR_SIZE]);
    for (int zone = first; zone < first + count; zone++) {
      zones.describe(zone, descriptor);
      data.copyFrom(descriptor);
      data.dropFirst(BlkZoneReportLayout.DESCRIPTOR_SIZE);
      written += BlkZoneReportLayout.DESCRIPTOR_SIZE;
    }
    return written;
  }

  /** ZONE_OPEN. */
  int open(long sector) {
    return isZoneStart(sector)
        ? zones.openExplicitly(zones.zoneOf(sector))
        : BlkStatus.ZONE_INVALID_CMD;
  }

  /** ZONE_CLOSE. */
  int close(long sector) {
    return isZoneStart(sector) ? zones.close(zones.zoneOf(sector)) : BlkStatus.ZONE_INVALID_CMD;
  }

  /** ZONE_FINISH. */
  int finish(long sector) {
    return isZoneStart(sector) ? zones.finish(zones.zoneOf(sector)) : BlkStatus.ZONE_INVALID_CMD;
  }

  /** ZONE_RESET. */
  int reset(long sector) throws IOException {
    return isZoneStart(sector) ? reset(zones.zoneOf(sector), false) : BlkStatus.ZONE_INVALID_CMD;
  }

  private int reset(int zone, boolean securely) throws IOException {
    int status = zones.checkReset(zone);
    if (status != BlkStatus.OK) {
      return status;
    }
    long position = zones.start(zone) * BlkRequestLayout.SECTOR_SIZE;
    long length = zones.end(zone) * BlkRequestLayout.SECTOR_SIZE - position;
    // Before the state changes: a zone whose data cannot be taken away stays as it is.
    if (securely) {
      storage.secureErase(position, length);
    } else {
      storage.writeZeroes(position, length, true);
    }
    return zones.reset(zone);
  }

  /** ZONE_RESET_ALL: the zones that it applies to, and no word about the others. */
  int resetAll() throws IOException {
    for (int zone = 0; zone < zones.count(); zone++) {
      switch (zones.state(zone)) {
        case IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED, FULL -> reset(zone, false);
        case NO_WRITE_POINTER, EMPTY, READ_ONLY, OFFLINE -> {}
      }
    }
    return BlkStatus.OK;
  }

  /** SECURE_ERASE of sectors that are on the disk: a reset of whole zones. */
  int erase(long sector, long count) throws IOException {
    if (count == 0) {
      return BlkStatus.OK;
    }
    int first = zones.zoneOf(sector);
    int last = zones.zoneOf(sector + count - 1);
    if (sector != zones.start(first) || sector + count != zones.end(last)) {
      return BlkStatus.ZONE_INVALID_CMD;
    }
    for (int zone = first; zone <= last; zone++) {
      int status = reset(zone, true);
      if (status != BlkStatus.OK) {
        return status;
      }
    }
    return BlkStatus.OK;
  }

  private boolean isZoneStart(long sector) {
    return zones.isOnDisk(sector) && sector == zones.start(zones.zoneOf(sector));
  }
}
