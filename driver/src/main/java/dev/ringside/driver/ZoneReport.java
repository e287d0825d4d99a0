package dev.ringside.driver;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkZoneReportLayout;
import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.spec.BlkZoneType;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link BlockOperation#ZONE_REPORT} returned (virtio 1.4, section 5.2.6).
 *
 * @param zones in the order of their sectors
 */
public record ZoneReport(List<Zone> zones) {
  /**
   * One zone.
   *
   * @param start its first sector
   * @param capacity sectors that can be written when it is empty
   * @param writePointer the sector to write next; undefined unless the zone is empty, open or
   *     closed
   */
  public record Zone(
      long start, long capacity, long writePointer, BlkZoneType type, BlkZoneState state) {}

  /** Bytes that a report of so many zones takes. */
  public static int sizeFor(int zones) {
    return BlkZoneReportLayout.HEADER_SIZE + zones * BlkZoneReportLayout.DESCRIPTOR_SIZE;
  }

  /**
   * Reads a report from contiguous memory.
   *
   * @param length of the segments that received it, in bytes
   * @throws BlockDeviceException when the device says what it cannot have written
   */
  public static ZoneReport read(GuestMemory memory, long address, int length) {
    long count = memory.getU64(address + BlkZoneReportLayout.NR_ZONES);
    int room = (length - BlkZoneReportLayout.HEADER_SIZE) / BlkZoneReportLayout.DESCRIPTOR_SIZE;
    if (count < 0 || count > room) {
      throw new BlockDeviceException(
          "the device reports %s zones into room for %d"
              .formatted(Long.toUnsignedString(count), room));
    }
    List<Zone> zones = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      zones.add(readZone(memory, address + sizeFor(i)));
    }
    return new ZoneReport(List.copyOf(zones));
  }

  private static Zone readZone(GuestMemory memory, long at) {
    int typeCode = memory.getU8(at + BlkZoneReportLayout.ZONE_TYPE);
    int stateCode = memory.getU8(at + BlkZoneReportLayout.ZONE_STATE);
    BlkZoneType type = BlkZoneType.of(typeCode);
    BlkZoneState state = BlkZoneState.of(stateCode);
    if (type == null || state == null) {
      throw new BlockDeviceException(
          "the device reports a zone of type %d in state %d".formatted(typeCode, stateCode));
    }
    return new Zone(
        memory.getU64(at + BlkZoneReportLayout.ZONE_START),
        memory.getU64(at + BlkZoneReportLayout.ZONE_CAPACITY),
        memory.getU64(at + BlkZoneReportLayout.ZONE_WRITE_POINTER),
        type,
        state);
  }
}
