package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.ZoneLayout;
import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.List;

/** Rows 68a, 69 and 70: disks with zones. */
final class ZoneRows {
  /** Sectors of a zone; the disk has four. */
  static final int ZONE = 16;

  private static final int SECTOR = BlkRequestLayout.SECTOR_SIZE;
  private static final Setup HOST_MANAGED =
      Setup.DEFAULT.withZones(ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE));

  private ZoneRows() {}

  static List<Attack> eraseOnZones() {
    return List.of(
        attack(
            "the write pointer is back at the start",
            HOST_MANAGED.with(Feature.BLK_SECURE_ERASE),
            guest -> {
              guest.bringUp();
              guest.expectStatus(BlkStatus.OK, write(guest, ZONE, 1));
              guest.expectStatus(BlkStatus.ZONE_UNALIGNED_WP, write(guest, ZONE, 1));
              Buffer range = guest.ranges(ZONE, ZONE, 0);
              guest.expectStatus(
                  BlkStatus.OK, guest.request(BlkRequestType.SECURE_ERASE, 0, range));
              guest.expectStatus(BlkStatus.OK, write(guest, ZONE, 1));
            }));
  }

  static List<Attack> hostManaged() {
    return List.of(
        attack(
            "everything but ZONED",
            HOST_MANAGED,
            guest -> {
              guest.negotiate(guest.accepted() & ~Feature.BLK_ZONED.mask());
              assertThat(guest.hasStatus(DeviceStatus.FEATURES_OK)).isFalse();
            }));
  }

  static List<Attack> misuse() {
    return List.of(
        attack(
            "write off the pointer",
            HOST_MANAGED,
            guest -> {
              guest.bringUp();
              guest.expectStatus(BlkStatus.ZONE_UNALIGNED_WP, write(guest, ZONE + 1, 1));
            }),
        attack(
            "write to a full zone, and across the end of one",
            HOST_MANAGED,
            guest -> {
              guest.bringUp();
              expectZoneError(guest, write(guest, 2 * ZONE, ZONE + 1));
              guest.expectStatus(BlkStatus.OK, write(guest, ZONE, ZONE));
              expectZoneError(guest, write(guest, ZONE, 1));
              expectZoneError(guest, append(guest, ZONE));
            }),
        attack(
            "more open zones than there may be",
            Setup.DEFAULT.withZones(
                ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE).withLimits(1, 1)),
            guest -> {
              guest.bringUp();
              guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.ZONE_OPEN, 0));
              expectZoneError(guest, guest.request(BlkRequestType.ZONE_OPEN, ZONE));
              expectZoneError(guest, write(guest, ZONE, 1));
              guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.ZONE_RESET_ALL, 0));
            }),
        attack(
            "requests for what is no zone",
            HOST_MANAGED,
            guest -> {
              guest.bringUp();
              BlkRequestType[] types = {
                BlkRequestType.ZONE_OPEN,
                BlkRequestType.ZONE_CLOSE,
                BlkRequestType.ZONE_FINISH,
                BlkRequestType.ZONE_RESET
              };
              for (BlkRequestType type : types) {
                expectError(guest, guest.request(type, 1));
                expectError(guest, guest.request(type, Setup.SECTORS));
                expectError(guest, guest.request(type, -1));
                expectError(guest, guest.request(type, Long.MAX_VALUE));
              }
              expectError(guest, append(guest, ZONE + 1));
              expectError(guest, append(guest, -1));
            }));
  }

  private static Request write(RawGuest guest, long sector, int sectors) {
    return guest.request(BlkRequestType.OUT, sector, guest.out(sectors * SECTOR, 1));
  }

  /** The sector that was written comes back in front of the status. */
  private static Request append(RawGuest guest, long sector) {
    return guest.request(
        BlkRequestType.ZONE_APPEND, sector, guest.out(SECTOR, 1), guest.in(Long.BYTES));
  }

  private static void expectZoneError(RawGuest guest, Request request) {
    guest.send(request);
    guest.expectUsed();
    assertThat(guest.statusOf(request))
        .isBetween(BlkStatus.ZONE_INVALID_CMD, BlkStatus.ZONE_ACTIVE_RESOURCE);
  }

  private static void expectError(RawGuest guest, Request request) {
    guest.send(request);
    guest.expectUsed();
    assertThat(guest.statusOf(request)).isBetween(BlkStatus.IOERR, BlkStatus.ZONE_ACTIVE_RESOURCE);
  }
}
