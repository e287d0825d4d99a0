package dev.ringside.blk;

import static dev.ringside.blk.RawGuest.*;
import static dev.ringside.virtio.spec.MmioRegister.STATUS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.spec.BlkZoneType;
import dev.ringside.virtio.spec.Feature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Zones as a guest sees them through requests and the configuration space. */
class ZonedDeviceTest {
  private static final int ZONE = 64;
  private static final int SECTORS = 4 * ZONE - 8;
  private static final long ZONED = Feature.setOf(Feature.VERSION_1, Feature.BLK_ZONED);
  private static final ZoneLayout MANAGED =
      ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE)
          .withConventionalZones(1)
          .withCapacity(32)
          .withLimits(2, 3)
          .withMaxAppend(16);

  private final Storage storage = MemoryStorage.ofSectors(SECTORS);

  private RawGuest started(ZoneLayout layout, long features) {
    return RawGuest.started(storage, DiskProfile.DEFAULT.withZones(layout), features);
  }

  private int write(RawGuest guest, long sector, int sectors, int value) {
    guest.memory.fill(DATA, sectors * 512L, (byte) value);
    return guest.request(BlkRequestType.OUT, sector, sectors * 512L, true);
  }

  private int command(RawGuest guest, BlkRequestType type, long sector) {
    return guest.request(type, sector, 0, true);
  }

  @Test
  void showsItsZonesInTheConfigurationSpace() {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(guest.isAgreed()).isTrue();
      assertThat(guest.config(72, 4)).isEqualTo(ZONE);
      assertThat(guest.config(76, 4)).isEqualTo(2);
      assertThat(guest.config(80, 4)).isEqualTo(3);
      assertThat(guest.config(84, 4)).isEqualTo(16);
      assertThat(guest.config(88, 4)).isEqualTo(512);
      assertThat(guest.config(92, 4)).isEqualTo(1);
      // A reset takes whole zones, and so does a secure erase.
      assertThat(guest.config(BlkConfigLayout.SECURE_ERASE_SECTOR_ALIGNMENT, 4)).isEqualTo(ZONE);
      assertThat(Feature.BLK_DISCARD.isIn(guest.offeredFeatures())).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"HOST_MANAGED, false, 64", "HOST_AWARE, true, 0", "NONE, true, 0"})
  void meetsADriverThatDoesNotKnowOfZones(BlkZoneModel model, boolean agrees, int zoneSectors) {
    try (RawGuest guest = started(ZoneLayout.of(model, ZONE), Feature.VERSION_1.mask())) {
      assertThat(guest.isAgreed()).isEqualTo(agrees);
      assertThat(guest.config(BlkConfigLayout.ZONE_SECTORS, 4)).isEqualTo(zoneSectors);
      if (agrees) {
        assertThat(command(guest, BlkRequestType.ZONE_OPEN, 0)).isEqualTo(BlkStatus.UNSUPP);
        assertThat(write(guest, 30, 64, 3)).isEqualTo(BlkStatus.OK);
        assertThat(guest.request(BlkRequestType.IN, 93, 512, false)).isEqualTo(BlkStatus.OK);
        assertThat(guest.memory.getU8(DATA)).isEqualTo(3);
      }
    }
  }

  @Test
  void limitsAnAppendToWhatARequestHolds() {
    DiskProfile disk =
        DiskProfile.DEFAULT
            .withMaxSegmentBytes(512)
            .withZones(ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE));
    try (RawGuest guest = RawGuest.started(storage, disk, ZONED)) {
      assertThat(guest.config(BlkConfigLayout.MAX_APPEND_SECTORS, 4))
          .isEqualTo(guest.config(BlkConfigLayout.SEG_MAX, 4));
    }
  }

  @Test
  void writesInSequenceAndReadsUnwrittenDataAsZeros() {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(write(guest, ZONE, 4, 1)).isEqualTo(BlkStatus.OK);
      assertThat(write(guest, ZONE, 4, 2)).isEqualTo(BlkStatus.ZONE_UNALIGNED_WP);
      assertThat(write(guest, ZONE + 4, 4, 2)).isEqualTo(BlkStatus.OK);
      assertThat(write(guest, ZONE + 8, 25, 2)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(write(guest, ZONE - 1, 2, 2)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(write(guest, SECTORS, 1, 2)).isEqualTo(BlkStatus.IOERR);

      guest.memory.fill(DATA, 10 * 512, (byte) NOT_WRITTEN);
      assertThat(guest.request(BlkRequestType.IN, ZONE, 10 * 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.usedLength()).isEqualTo(10 * 512 + 1);
      assertThat(guest.memory.getU8(DATA + 2047)).isEqualTo(1);
      assertThat(guest.memory.getU8(DATA + 4095)).isEqualTo(2);
      assertThat(guest.memory.getU8(DATA + 4096)).isZero();
      assertThat(guest.memory.getU8(DATA + 5119)).isZero();
      assertThat(guest.request(BlkRequestType.IN, 2 * ZONE - 1, 1024, false))
          .isEqualTo(BlkStatus.ZONE_INVALID_CMD);
    }
  }

  @Test
  void hidesWhatAnImageHoldsBeyondTheWritePointer() throws Exception {
    try (RawGuest conventional =
        RawGuest.started(storage, DiskProfile.DEFAULT, Feature.VERSION_1.mask())) {
      assertThat(write(conventional, ZONE, 8, 9)).isEqualTo(BlkStatus.OK);
    }
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(guest.request(BlkRequestType.IN, ZONE, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"9", "12"})
  void saysWhereAnAppendWent(int resultLength) {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      guest.memory.fill(DATA, 1024, (byte) 6);
      assertThat(guest.append(ZONE, 1024, resultLength)).isEqualTo(BlkStatus.OK);
      assertThat(guest.append(ZONE, 512, resultLength)).isEqualTo(BlkStatus.OK);
      assertThat(guest.usedLength()).isEqualTo(9);
      assertThat(guest.memory.getU64(STATUS_BYTE + resultLength - 9)).isEqualTo(ZONE + 2);
      assertThat(guest.request(BlkRequestType.IN, ZONE + 2, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "64, 8704, 9, 3", // more than max_append_sectors
    "65, 512, 9, 3", // not where the zone begins
    "0, 512, 9, 3", // a conventional zone
    "-64, 512, 9, 3",
    "64, 511, 9, 1", // no whole sector
    "64, 512, 8, 1", // no room for the sector
    "64, 512, 1, 1"
  })
  void refusesABadAppend(long sector, int length, int resultLength, int status) {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(guest.append(sector, length, resultLength)).isEqualTo(status);
      assertThat(guest.append(64, 512, 9)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU64(STATUS_BYTE)).isEqualTo(64);
    }
  }

  @Test
  void reportsItsZones() {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(write(guest, ZONE, 4, 1)).isEqualTo(BlkStatus.OK);
      assertThat(command(guest, BlkRequestType.ZONE_FINISH, 2 * ZONE)).isEqualTo(BlkStatus.OK);
      guest.memory.fill(DATA, 4096, (byte) NOT_WRITTEN);
      assertThat(guest.request(BlkRequestType.ZONE_REPORT, 5, 4096, false)).isEqualTo(BlkStatus.OK);

      assertThat(guest.usedLength()).isEqualTo(64 + 4 * 64 + 1);
      assertThat(guest.memory.getU64(DATA)).isEqualTo(4);
      assertThat(guest.memory.getU64(DATA + 8)).isZero();
      assertZone(guest, 0, 64, BlkZoneType.CONVENTIONAL, BlkZoneState.NO_WRITE_POINTER);
      assertZone(guest, 1, 32, BlkZoneType.SEQUENTIAL_WRITE_REQUIRED, BlkZoneState.IMPLICITLY_OPEN);
      assertThat(guest.memory.getU64(DATA + 64 + 64 + 16)).isEqualTo(ZONE + 4);
      assertZone(guest, 2, 32, BlkZoneType.SEQUENTIAL_WRITE_REQUIRED, BlkZoneState.FULL);
      assertZone(guest, 3, 32, BlkZoneType.SEQUENTIAL_WRITE_REQUIRED, BlkZoneState.EMPTY);
      assertThat(guest.memory.getU8(DATA + 64 + 4 * 64)).isEqualTo(NOT_WRITTEN);
    }
  }

  private static void assertZone(
      RawGuest guest, int zone, int capacity, BlkZoneType type, BlkZoneState state) {
    long at = DATA + 64 + 64L * zone;
    assertThat(guest.memory.getU64(at)).isEqualTo(capacity);
    assertThat(guest.memory.getU64(at + 8)).isEqualTo((long) ZONE * zone);
    assertThat(guest.memory.getU8(at + 24)).isEqualTo(type.code());
    assertThat(guest.memory.getU8(at + 25)).isEqualTo(state.code());
    assertThat(guest.memory.getU8(at + 26)).isZero();
    assertThat(guest.memory.getU8(at + 63)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 0, 0", // room for none
    "64, 191, 0, 1", // room for one and not quite two
    "200, 320, 0, 1", // the last one only
    "64, 63, 1, -1", // no room for the header
    "248, 320, 3, -1", // past the end
    "-1, 320, 3, -1"
  })
  void reportsAsManyZonesAsThereIsRoomFor(long sector, int length, int status, int zones) {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(guest.request(BlkRequestType.ZONE_REPORT, sector, length, false))
          .isEqualTo(status);
      if (status == BlkStatus.OK) {
        assertThat(guest.memory.getU64(DATA)).isEqualTo(zones);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ZONE_OPEN", "ZONE_CLOSE", "ZONE_FINISH", "ZONE_RESET"})
  void actsOnZonesThatBeginWhereTheRequestSays(BlkRequestType type) {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(write(guest, ZONE, 1, 1)).isEqualTo(BlkStatus.OK);
      assertThat(command(guest, type, ZONE + 1)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(command(guest, type, SECTORS + 8)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(command(guest, type, -ZONE)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(command(guest, type, 0)).isEqualTo(BlkStatus.ZONE_INVALID_CMD);
      assertThat(command(guest, type, ZONE)).isEqualTo(BlkStatus.OK);
    }
  }

  @Test
  void emptiesZonesAndTheirSectors() {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      for (int zone = 1; zone < 4; zone++) {
        assertThat(write(guest, (long) zone * ZONE, 32, zone)).isEqualTo(BlkStatus.OK);
      }
      assertThat(command(guest, BlkRequestType.ZONE_RESET, ZONE)).isEqualTo(BlkStatus.OK);
      assertThat(write(guest, ZONE, 1, 8)).isEqualTo(BlkStatus.OK);
      assertThat(guest.request(BlkRequestType.IN, ZONE, 1024, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isEqualTo(8);
      assertThat(guest.memory.getU8(DATA + 512)).isZero();

      guest.device.failZone(2, BlkZoneState.READ_ONLY);
      assertThat(command(guest, BlkRequestType.ZONE_RESET_ALL, 0)).isEqualTo(BlkStatus.OK);
      assertThat(write(guest, ZONE, 1, 1)).isEqualTo(BlkStatus.OK);
      assertThat(write(guest, 3 * ZONE, 1, 1)).isEqualTo(BlkStatus.OK);
      assertThat(guest.request(BlkRequestType.IN, 2 * ZONE, 512, false)).isEqualTo(BlkStatus.OK);
      assertThat(guest.memory.getU8(DATA)).isEqualTo(2);
    }
  }

  @Test
  void keepsItsZonesAcrossAReset() {
    try (RawGuest guest = started(MANAGED, ZONED)) {
      assertThat(write(guest, ZONE, 4, 1)).isEqualTo(BlkStatus.OK);
      guest.write(STATUS, 0);
      assertThat(guest.config(BlkConfigLayout.ZONE_SECTORS, 4)).isEqualTo(ZONE);
    }
  }

  /** Section 5.2.6.2: a secure erase of zones is their reset. */
  @ParameterizedTest
  @CsvSource({
    "64, 128, 0", // two zones
    "64, 64, 0",
    "192, 56, 0", // the last zone is smaller
    "64, 63, 3", // no whole zone
    "65, 64, 3",
    "0, 64, 3", // a conventional zone has nothing to reset
    "192, 64, 1" // past the end
  })
  void erasesWholeZones(long sector, int count, int status) {
    long features = ZONED | Feature.BLK_SECURE_ERASE.mask();
    try (RawGuest guest = started(MANAGED, features)) {
      assertThat(write(guest, ZONE, 4, 1)).isEqualTo(BlkStatus.OK);
      guest.range(0, sector, count, 0);
      assertThat(guest.request(BlkRequestType.SECURE_ERASE, 0, 16, true)).isEqualTo(status);
      int expected = status == 0 && sector == ZONE ? BlkStatus.OK : BlkStatus.ZONE_UNALIGNED_WP;
      assertThat(write(guest, ZONE, 1, 1)).isEqualTo(expected);
    }
  }
}
