package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.DiskProfile;
import dev.ringside.blk.Endurance;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceState;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.transport.Transport;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A saved state is trusted no more than a guest: what does not fit is refused, and says why. */
class DamagedStateTest {
  private static final int SECTORS = 1024;
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final int QUEUE_SIZE = 16;
  private static final int VERSION_AT = 8;
  private static final int BODY_AT = 16;
  private static final int CHECKSUM_SIZE = 4;

  /** A conventional zone, and seven that are written in sequence. */
  private static final BlkSettings SETTINGS =
      BlkSettings.DEFAULT
          .withQueueSize(QUEUE_SIZE)
          .withDisk(
              DiskProfile.DEFAULT
                  .withEndurance(new Endurance(1 << 20, 1 << 20))
                  .withZones(zones(128)));

  private static ZoneLayout zones(int sectors) {
    return ZoneLayout.of(BlkZoneModel.HOST_MANAGED, sectors).withConventionalZones(1);
  }

  /** A paused device with a request in flight, an open zone, and a full one. */
  private static TestDisk disk(Transport transport) {
    TestDisk disk =
        TestDisk.blank(SECTORS)
            .transport(transport)
            .device(SETTINGS)
            .driver(DriverSettings.DEFAULT.withFeatures(~Feature.RING_PACKED.mask()))
            .faults("read nth 1: stuck")
            .queueSize(QUEUE_SIZE)
            .start();
    write(disk, 128);
    write(disk, 256);
    disk.execute(new BlockRequest().zone(BlockOperation.ZONE_FINISH, 256));
    disk.driver()
        .submit(new BlockRequest().read(0).segment(disk.frames().allocate(SECTOR), SECTOR));
    disk.driver().kick();
    while (disk.faults().getFirst().fired() == 0) {
      Thread.onSpinWait();
    }
    disk.function().pause();
    return disk;
  }

  private static BlockStatus write(TestDisk disk, long sector) {
    long data = disk.frames().allocate(SECTOR);
    return disk.execute(new BlockRequest().write(sector).segment(data, SECTOR)).status();
  }

  private static void correctChecksum(byte[] state) {
    CRC32C crc = new CRC32C();
    crc.update(state, 0, state.length - CHECKSUM_SIZE);
    ByteBuffer.wrap(state).putInt(state.length - CHECKSUM_SIZE, (int) crc.getValue());
  }

  /** The request that is kept ends with the next device, which has no faults. */
  private static void goOn(TestDisk disk) {
    disk.replaceDevice(SETTINGS, disk.saved());
    disk.finish();
  }

  @Test
  void everyDamagedByteIsFound() {
    try (TestDisk disk = disk(Transport.PCI)) {
      byte[] state = disk.saved().toBytes();
      for (int at = 0; at < state.length; at++) {
        byte[] damaged = state.clone();
        damaged[at] ^= 1;
        assertThatThrownBy(() -> DeviceState.parse(damaged))
            .isInstanceOf(DeviceStateException.class)
            .hasMessageStartingWith("device state: ");
      }
      for (int length = 0; length < state.length; length++) {
        byte[] part = Arrays.copyOf(state, length);
        assertThatThrownBy(() -> DeviceState.parse(part)).isInstanceOf(DeviceStateException.class);
      }
      goOn(disk);
    }
  }

  @Test
  void anotherVersionIsRefused() {
    try (TestDisk disk = disk(Transport.MMIO)) {
      byte[] state = disk.saved().toBytes();
      ByteBuffer.wrap(state).putInt(VERSION_AT, 2);
      correctChecksum(state);
      assertThatThrownBy(() -> DeviceState.parse(state)).hasMessageContaining("version 2");
      goOn(disk);
    }
  }

  /** With a checksum that is right: the state is taken, or refused with an IOException. */
  @ParameterizedTest
  @EnumSource(names = {"MMIO", "PCI"})
  void noByteBreaksTheDevice(Transport transport) {
    try (TestDisk disk = disk(transport)) {
      byte[] state = disk.saved().toBytes();
      int refused = 0;
      for (int at = BODY_AT; at < state.length - CHECKSUM_SIZE; at++) {
        for (int change : new int[] {1, 0x80, 0xff}) {
          byte[] changed = state.clone();
          changed[at] ^= (byte) change;
          correctChecksum(changed);
          refused += isRefused(disk, changed) ? 1 : 0;
        }
      }
      assertThat(refused).isGreaterThan(state.length / 2);
      assertThat(isRefused(disk, state)).isFalse();
      goOn(disk);
    }
  }

  private static boolean isRefused(TestDisk disk, byte[] state) {
    VirtioFunction heir = disk.spareDevice(MemoryStorage.ofSectors(SECTORS), SETTINGS);
    try {
      heir.restore(DeviceState.parse(state));
      heir.writeStatus(DeviceStatus.RESET);
      return false;
    } catch (IOException unfit) {
      assertThat(heir.status()).isZero();
      return true;
    }
  }

  private static void assertRefused(
      TestDisk disk, Storage storage, BlkSettings settings, String reason) {
    VirtioFunction heir = disk.spareDevice(storage, settings);
    assertThatThrownBy(() -> heir.restore(disk.saved()))
        .isInstanceOf(DeviceStateException.class)
        .hasMessageContaining(reason);
    assertThat(heir.status()).isZero();
  }

  @Test
  void anotherDeviceDoesNotGoOn() {
    try (TestDisk disk = disk(Transport.MMIO)) {
      Storage storage = MemoryStorage.ofSectors(SECTORS);
      assertRefused(
          disk,
          MemoryStorage.ofSectors(SECTORS + 1),
          SETTINGS,
          "of a disk of 1024 sectors, and this one has 1025");
      assertRefused(disk, storage, SETTINGS.withQueues(2), "1 queues, and this device has 2");
      assertRefused(disk, storage, SETTINGS.withQueueSize(8), "of 16 descriptors, and this device");
      long offered = ~Feature.EVENT_IDX.mask();
      assertRefused(disk, storage, SETTINGS.withOfferedFeatures(offered), "does not work with");
      DiskProfile profile = SETTINGS.disk();
      assertRefused(
          disk, storage, SETTINGS.withDisk(profile.withEndurance(null)), "does not work with");
      assertRefused(
          disk,
          storage,
          SETTINGS.withDisk(profile.withZones(zones(64))),
          "8 zones, and this disk has 16");
      goOn(disk);
    }
  }

  @Test
  void anotherTransportDoesNotGoOn() {
    try (TestDisk mmio = disk(Transport.MMIO);
        TestDisk pci = TestDisk.blank(SECTORS).transport(Transport.PCI_INTX).start()) {
      VirtioFunction heir = pci.spareDevice(MemoryStorage.ofSectors(SECTORS), SETTINGS);
      assertThatThrownBy(() -> heir.restore(mmio.saved()))
          .isInstanceOf(DeviceStateException.class)
          .hasMessageContaining("behind virtio-mmio 2, and this device is behind virtio-pci");
      goOn(mmio);
    }
  }

  @Test
  void aDeviceIsSavedPausedAndRestoredUntouched() {
    try (TestDisk disk = TestDisk.blank(SECTORS).start()) {
      assertThatThrownBy(() -> disk.function().save()).isInstanceOf(IllegalStateException.class);
      disk.function().pause();
      DeviceState state = disk.saved();
      assertThatThrownBy(() -> disk.function().restore(state))
          .isInstanceOf(IllegalStateException.class);
      disk.function().resume();
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
    }
  }

  @Test
  void zonesAndWearGoAlong() {
    try (TestDisk disk = disk(Transport.PCI)) {
      DeviceState before = disk.saved();
      goOn(disk);
      disk.function().pause();
      assertThat(disk.saved().transport()).isEqualTo(before.transport());
      assertThat(disk.saved().device()).isNotEqualTo(before.device());
      disk.function().resume();
      assertThat(write(disk, 129)).isEqualTo(BlockStatus.OK);
      assertThat(write(disk, 257)).isEqualTo(BlockStatus.ZONE_INVALID);
    }
  }
}
