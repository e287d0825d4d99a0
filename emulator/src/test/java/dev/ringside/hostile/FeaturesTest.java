package dev.ringside.hostile;

import static dev.ringside.hostile.Attack.attack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.DiskProfile;
import dev.ringside.blk.Endurance;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.GuestRing.Used;
import dev.ringside.hostile.RawGuest.Request;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkLifetimeLayout;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.Feature;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What each feature promises to a guest that keeps the rules, on every combination. A tag names the
 * feature that a test proves.
 */
class FeaturesTest {
  private static final int SECTOR = BlkRequestLayout.SECTOR_SIZE;

  /** A test of a feature that the guest accepts. */
  private static Stream<DynamicContainer> with(Feature feature, Setup setup, Attack.Body body) {
    return Rows.tests(attack(feature.name(), setup.with(feature), body));
  }

  private static Stream<DynamicContainer> with(Feature feature, Attack.Body body) {
    return with(feature, Setup.DEFAULT, body);
  }

  private static Setup on(DiskProfile disk) {
    return Setup.DEFAULT.with(BlkSettings.DEFAULT.withQueueSize(16).withDisk(disk));
  }

  @Tag("VERSION_1")
  @TestFactory
  Stream<DynamicContainer> servesADriverOfVersion1() {
    return with(
        Feature.VERSION_1,
        guest -> {
          guest.bringUp();
          guest.roundTrip();
        });
  }

  @Tag("INDIRECT_DESC")
  @TestFactory
  Stream<DynamicContainer> takesARequestFromAnIndirectTable() {
    return with(
        Feature.INDIRECT_DESC,
        guest -> {
          guest.bringUp();
          Request flush = guest.request(BlkRequestType.FLUSH, 0);
          guest.allow(flush.chain());
          long table = guest.allocate(32);
          guest.ring().table(table, flush.chain(), 0);
          guest.ring().offerIndirect(table, 32, 0);
          guest.kick();
          guest.expectUsed();
          assertThat(guest.statusOf(flush)).isEqualTo(BlkStatus.OK);
        });
  }

  @Tag("BLK_SIZE_MAX")
  @TestFactory
  Stream<DynamicContainer> saysHowLargeASegmentMayBe() {
    return with(
        Feature.BLK_SIZE_MAX,
        Setup.DEFAULT.withSegmentsOf(8 * SECTOR),
        guest -> expectField(guest, BlkConfigLayout.SIZE_MAX, Integer.BYTES, 8 * SECTOR));
  }

  @Tag("BLK_SEG_MAX")
  @TestFactory
  Stream<DynamicContainer> takesAsManySegmentsAsItSays() {
    return with(
        Feature.BLK_SEG_MAX,
        guest -> {
          guest.bringUp();
          int max = (int) guest.transport().readConfig(BlkConfigLayout.SEG_MAX, Integer.BYTES);
          Buffer[] data = new Buffer[max];
          for (int i = 0; i < max; i++) {
            data[i] = guest.in(SECTOR);
          }
          guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.IN, 0, data));
          assertThat(guest.ram().getU8(data[max - 1].address())).isEqualTo(Disk.byteOf(max - 1));
        });
  }

  @Tag("BLK_GEOMETRY")
  @TestFactory
  Stream<DynamicContainer> hasAGeometryThatIsNoLargerThanTheDisk() {
    return with(
        Feature.BLK_GEOMETRY,
        guest -> {
          long cylinders =
              guest.transport().readConfig(BlkConfigLayout.GEOMETRY_CYLINDERS, Short.BYTES);
          long heads = guest.transport().readConfig(BlkConfigLayout.GEOMETRY_HEADS, 1);
          long sectors = guest.transport().readConfig(BlkConfigLayout.GEOMETRY_SECTORS, 1);
          assertThat(heads).isPositive();
          assertThat(sectors).isPositive();
          assertThat(cylinders * heads * sectors).isLessThanOrEqualTo(Setup.SECTORS);
        });
  }

  @Tag("BLK_BLK_SIZE")
  @TestFactory
  Stream<DynamicContainer> saysItsBlockSize() {
    return with(
        Feature.BLK_BLK_SIZE,
        on(DiskProfile.DEFAULT.withBlockSizes(2048, 4096)),
        guest -> expectField(guest, BlkConfigLayout.BLK_SIZE, Integer.BYTES, 2048));
  }

  @Tag("BLK_TOPOLOGY")
  @TestFactory
  Stream<DynamicContainer> saysItsPhysicalBlockSize() {
    return with(
        Feature.BLK_TOPOLOGY,
        on(DiskProfile.DEFAULT.withBlockSizes(1024, 4096)),
        guest -> {
          expectField(guest, BlkConfigLayout.PHYSICAL_BLOCK_EXP, 1, 2);
          expectField(guest, BlkConfigLayout.MIN_IO_SIZE, Short.BYTES, 4);
        });
  }

  private static void expectField(RawGuest guest, int offset, int width, long value) {
    assertThat(guest.transport().readConfig(offset, width)).isEqualTo(value);
  }

  @Tag("BLK_CONFIG_WCE")
  @TestFactory
  Stream<DynamicContainer> letsTheDriverSwitchTheCacheMode() {
    return with(
        Feature.BLK_CONFIG_WCE,
        guest -> {
          guest.bringUp();
          int field = BlkConfigLayout.CACHE_MODE;
          for (int mode : new int[] {BlkConfigLayout.WRITETHROUGH, BlkConfigLayout.WRITEBACK}) {
            guest.transport().writeConfig(field, 1, mode);
            expectField(guest, field, 1, mode);
            guest.roundTrip();
          }
        });
  }

  @Tag("BLK_MQ")
  @TestFactory
  Stream<DynamicContainer> servesASecondQueue() {
    return with(
        Feature.BLK_MQ,
        Setup.DEFAULT.withQueues(2),
        guest -> {
          GuestRing second = guest.bringUpWithTwoQueues();
          expectField(guest, BlkConfigLayout.NUM_QUEUES, Short.BYTES, 2);
          Request read = guest.request(BlkRequestType.IN, 9, guest.in(SECTOR));
          guest.allow(read.chain());
          second.offer(read.chain());
          guest.transport().notifyQueue(1);
          guest.rest();
          assertThat(second.take()).isNotNull();
          assertThat(guest.statusOf(read)).isEqualTo(BlkStatus.OK);
        });
  }

  @Tag("BLK_RO")
  @TestFactory
  Stream<DynamicContainer> readsADiskThatCannotBeWritten() {
    return with(
        Feature.BLK_RO,
        Setup.DEFAULT.onReadOnlyDisk(),
        guest -> {
          guest.bringUp();
          guest.roundTrip();
        });
  }

  @Tag("BLK_FLUSH")
  @TestFactory
  Stream<DynamicContainer> flushes() {
    return with(
        Feature.BLK_FLUSH,
        guest -> {
          guest.bringUp();
          Used used = guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.FLUSH, 0));
          assertThat(used.length()).isEqualTo(1);
        });
  }

  @Tag("BLK_DISCARD")
  @TestFactory
  Stream<DynamicContainer> discards() {
    return with(Feature.BLK_DISCARD, guest -> expectZeroes(guest, BlkRequestType.DISCARD));
  }

  @Tag("BLK_WRITE_ZEROES")
  @TestFactory
  Stream<DynamicContainer> writesZeroes() {
    return with(
        Feature.BLK_WRITE_ZEROES, guest -> expectZeroes(guest, BlkRequestType.WRITE_ZEROES));
  }

  @Tag("BLK_SECURE_ERASE")
  @TestFactory
  Stream<DynamicContainer> erases() {
    return with(
        Feature.BLK_SECURE_ERASE, guest -> expectZeroes(guest, BlkRequestType.SECURE_ERASE));
  }

  /** Two sectors become zeros, and their neighbours do not. */
  private static void expectZeroes(RawGuest guest, BlkRequestType type) {
    guest.bringUp();
    guest.expectStatus(BlkStatus.OK, guest.request(type, 0, guest.ranges(8, 2, 0)));
    Buffer target = guest.in(4 * SECTOR);
    guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.IN, 7, target));
    int[] expected = {Disk.byteOf(7), 0, 0, Disk.byteOf(10)};
    for (int i = 0; i < expected.length; i++) {
      assertThat(guest.ram().getU8(target.address() + (long) i * SECTOR)).isEqualTo(expected[i]);
    }
  }

  @Tag("BLK_LIFETIME")
  @TestFactory
  Stream<DynamicContainer> tellsHowWornItIs() {
    return with(
        Feature.BLK_LIFETIME,
        on(DiskProfile.DEFAULT.withEndurance(new Endurance(1 << 20, 0))),
        guest -> {
          guest.bringUp();
          Buffer answer = guest.in(BlkLifetimeLayout.SIZE);
          Used used =
              guest.expectStatus(
                  BlkStatus.OK, guest.request(BlkRequestType.GET_LIFETIME, 0, answer));
          assertThat(used.length()).isEqualTo(BlkLifetimeLayout.SIZE + 1L);
        });
  }

  @Tag("BLK_ZONED")
  @TestFactory
  Stream<DynamicContainer> writesZonesInSequenceAndResetsThem() {
    ZoneLayout zones = ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZoneRows.ZONE);
    return with(
        Feature.BLK_ZONED,
        Setup.DEFAULT.withZones(zones),
        guest -> {
          guest.bringUp();
          for (int i = 0; i < ZoneRows.ZONE; i++) {
            guest.expectStatus(
                BlkStatus.OK, guest.request(BlkRequestType.OUT, i, guest.out(SECTOR, i)));
          }
          guest.expectStatus(BlkStatus.OK, guest.request(BlkRequestType.ZONE_RESET, 0));
          guest.expectStatus(
              BlkStatus.OK, guest.request(BlkRequestType.OUT, 0, guest.out(SECTOR, 1)));
        });
  }
}
