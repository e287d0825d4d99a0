package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.DiskProfile;
import dev.ringside.blk.Endurance;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.driver.ZoneReport.Zone;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.PowerLoss;
import dev.ringside.storage.Storage;
import dev.ringside.storage.WriteCacheStorage;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkLifetimeLayout;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.BlkZoneReportLayout;
import dev.ringside.virtio.spec.BlkZoneState;
import dev.ringside.virtio.spec.BlkZoneType;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every feature of a disk, through the driver that a filesystem uses. */
class DiskOperationsTest {
  private static final int SECTORS = 4096;
  private static final int ZONE = 256;

  private static TestDisk.Builder disk(DiskProfile profile) {
    return TestDisk.blank(SECTORS).device(BlkSettings.DEFAULT.withDisk(profile));
  }

  private static void write(TestDisk disk, long sector, int sectors, int value) {
    int bytes = sectors * BlockLimits.SECTOR_SIZE;
    long buffer = disk.frames().allocate(bytes);
    disk.memory().fill(buffer, bytes, (byte) value);
    assertOk(disk, new BlockRequest().write(sector).segment(buffer, bytes));
    disk.frames().free(buffer, bytes);
  }

  private static int read(TestDisk disk, long sector) {
    long buffer = disk.frames().allocate(BlockLimits.SECTOR_SIZE);
    assertOk(disk, new BlockRequest().read(sector).segment(buffer, BlockLimits.SECTOR_SIZE));
    int value = disk.memory().getU8(buffer);
    disk.frames().free(buffer, BlockLimits.SECTOR_SIZE);
    return value;
  }

  private static void assertOk(TestDisk disk, BlockRequest request) {
    assertThat(disk.execute(request).status()).as("%s", request).isEqualTo(BlockStatus.OK);
  }

  private static void assertRefused(TestDisk disk, String why, Consumer<BlockRequest> make) {
    BlockRequest request = new BlockRequest();
    make.accept(request);
    assertThatThrownBy(() -> disk.driver().submit(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
    assertThat(disk.driver().inFlight()).isZero();
  }

  @Test
  void readsAllLimits() {
    DiskProfile profile = DiskProfile.DEFAULT.withBlockSizes(4096, 8192).withMaxSegmentBytes(65536);
    try (TestDisk disk = disk(profile).start()) {
      BlockLimits limits = disk.driver().limits();

      assertThat(limits.sectors()).isEqualTo(SECTORS);
      assertThat(limits.blockSize()).isEqualTo(4096);
      assertThat(limits.physicalBlockSize()).isEqualTo(8192);
      assertThat(limits.minIoSize()).isEqualTo(8192);
      assertThat(limits.optimalIoSize()).isZero();
      assertThat(limits.maxSegmentBytes()).isEqualTo(65536);
      assertThat(limits.cacheModeSwitch()).isTrue();
      assertThat(limits.discards()).isEqualTo(new RangeLimits(1 << 22, 32, 1));
      assertThat(limits.writeZeroes()).isEqualTo(new RangeLimits(1 << 22, 32, 1));
      assertThat(limits.secureErase()).isEqualTo(new RangeLimits(1 << 22, 32, 1));
      assertThat(limits.zeroesMayUnmap()).isTrue();
      assertThat(limits.lifetime()).isFalse();
      assertThat(limits.zones()).isNull();
    }
  }

  @Test
  void knowsNothingOfWhatWasNotAgreedOn() {
    DriverSettings plain = DriverSettings.DEFAULT.withFeatures(Feature.VERSION_1.mask());
    try (TestDisk disk = disk(DiskProfile.DEFAULT).driver(plain).start()) {
      BlockLimits limits = disk.driver().limits();

      assertThat(limits.blockSize()).isEqualTo(512);
      assertThat(limits.physicalBlockSize()).isEqualTo(512);
      assertThat(limits.maxSegments()).isEqualTo(1);
      assertThat(limits.discards()).isEqualTo(RangeLimits.NONE);
      assertRefused(disk, "no DISCARD", request -> request.discard(0, 1));
      assertRefused(disk, "no WRITE_ZEROES", request -> request.writeZeroes(0, 1, true));
      assertRefused(disk, "no SECURE_ERASE", request -> request.secureErase(0, 1));
      assertRefused(disk, "no flush", request -> request.flush());
      assertRefused(disk, "lifetime", request -> request.getLifetime().segment(4096, 6));
      assertRefused(disk, "no zones", request -> request.zoneResetAll());
      assertThatThrownBy(() -> disk.driver().cacheMode()).isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockOperation.class,
      names = {"DISCARD", "WRITE_ZEROES", "SECURE_ERASE"})
  void clearsManyRangesAtOnce(BlockOperation operation) {
    try (TestDisk disk = disk(DiskProfile.DEFAULT).start()) {
      write(disk, 0, 128, 5);
      long free = disk.frames().freeBytes();
      for (int round = 0; round < 3; round++) {
        BlockRequest request = new BlockRequest();
        switch (operation) {
          case DISCARD -> request.discard(0, 2);
          case WRITE_ZEROES -> request.writeZeroes(0, 2, round == 1);
          default -> request.secureErase(0, 2);
        }
        for (int i = 1; i < 32; i++) {
          request.range(4L * i, 2);
        }
        assertThat(request.sectorCount()).isEqualTo(64);
        assertOk(disk, request);
      }

      for (int sector = 0; sector < 128; sector++) {
        assertThat(read(disk, sector)).isEqualTo(sector % 4 < 2 ? 0 : 5);
      }
      // What the ranges lay in has been given back.
      assertThat(disk.frames().freeBytes()).isEqualTo(free);
    }
  }

  @Test
  void losesNoSlotWhenThereIsNoMemoryForRanges() {
    try (TestDisk disk = disk(DiskProfile.DEFAULT).start()) {
      while (disk.frames().freeBytes() > 0) {
        disk.frames().allocate(4096);
      }
      for (int i = 0; i <= disk.driver().limits().queueDepth(); i++) {
        assertThatThrownBy(() -> disk.driver().submit(new BlockRequest().discard(0, 1).range(2, 1)))
            .isInstanceOf(GuestOutOfMemoryException.class);
      }

      assertThat(disk.driver().inFlight()).isZero();
      assertOk(disk, new BlockRequest().discard(0, 1));
    }
  }

  @Test
  void refusesRangesThatTheDeviceCouldOnlyFail() {
    try (TestDisk disk = disk(DiskProfile.DEFAULT).start()) {
      assertRefused(disk, "1 to", request -> request.discard(0, 0));
      assertRefused(disk, "past the end", request -> request.discard(0, 1).range(SECTORS, 1));
      assertRefused(disk, "past the end", request -> request.writeZeroes(-1, 1, true));
      assertRefused(
          disk,
          "33 ranges, and 32 are possible",
          request -> {
            request.secureErase(0, 1);
            for (int i = 1; i <= 32; i++) {
              request.range(i, 1);
            }
          });
      assertThatThrownBy(() -> new BlockRequest().read(0).range(0, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void respectsTheLargestSegment() {
    try (TestDisk disk = disk(DiskProfile.DEFAULT.withMaxSegmentBytes(4096)).start()) {
      long buffer = disk.frames().allocate(8192);
      assertRefused(
          disk,
          "a segment of 8192 bytes, and 4096 are possible",
          request -> request.read(0).segment(buffer, 8192));
      assertOk(disk, new BlockRequest().read(0).segment(buffer, 4096).segment(buffer + 4096, 4096));
    }
  }

  @Test
  void givesAnImageItsSpaceBack(@TempDir Path folder) throws IOException {
    Path image = Files.write(folder.resolve("disk.img"), new byte[SECTORS * 512]);
    try (TestDisk disk = TestDisk.over(FileStorage.openWritable(image)).start()) {
      write(disk, 8, 16, 1);
      assertOk(disk, new BlockRequest().writeZeroes(8, 8, true));
      assertThat(read(disk, 8)).isZero();
      assertThat(read(disk, 16)).isEqualTo(1);
    }
  }

  @Test
  void switchesTheCacheMode() throws IOException {
    WriteCacheStorage cache = WriteCacheStorage.over(MemoryStorage.ofSectors(SECTORS), 1 << 20);
    try (TestDisk disk = TestDisk.over(cache).start()) {
      assertThat(disk.driver().cacheMode()).isEqualTo(CacheMode.WRITEBACK);
      write(disk, 0, 1, 1);
      assertOk(disk, new BlockRequest().flush());
      write(disk, 1, 1, 2);
      cache.crash(PowerLoss.DROPS_ALL);
      assertThat(read(disk, 0)).isEqualTo(1);
      assertThat(read(disk, 1)).isZero();

      assertThat(disk.driver().setCacheMode(CacheMode.WRITETHROUGH)).isTrue();
      assertThat(disk.driver().cacheMode()).isEqualTo(CacheMode.WRITETHROUGH);
      write(disk, 1, 1, 2);
      cache.crash(PowerLoss.DROPS_ALL);
      assertThat(read(disk, 1)).isEqualTo(2);
    }
  }

  @Test
  void learnsHowMuchTheDiskIsWorn() {
    DiskProfile profile = DiskProfile.DEFAULT.withEndurance(new Endurance(0, 1 << 20));
    try (TestDisk disk = disk(profile).start()) {
      long answer = disk.frames().allocate(DiskLifetime.SIZE);
      BlockRequest ask = new BlockRequest().getLifetime().segment(answer, DiskLifetime.SIZE);
      assertOk(disk, ask);
      assertThat(DiskLifetime.read(disk.memory(), answer))
          .isEqualTo(new DiskLifetime(BlkLifetimeLayout.PRE_EOL_NORMAL, 0, 1));

      write(disk, 0, 1900, 1);
      assertOk(disk, new BlockRequest().getLifetime().segment(answer, DiskLifetime.SIZE));
      assertThat(DiskLifetime.read(disk.memory(), answer))
          .isEqualTo(new DiskLifetime(BlkLifetimeLayout.PRE_EOL_URGENT, 0, 10));
      assertRefused(disk, "6 bytes", request -> request.getLifetime().segment(answer, 8));
    }
  }

  /** A sleeping driver hears of it with an interrupt, a spinning one looks. */
  @ParameterizedTest
  @FieldSource("dev.ringside.driver.CompletionPolicy#KINDS")
  void picksUpANewCapacity(CompletionPolicy completion) throws IOException {
    DriverSettings settings = DriverSettings.DEFAULT.withCompletion(completion);
    try (TestDisk disk = TestDisk.blank(SECTORS).driver(settings).start()) {
      assertThat(disk.driver().refreshLimits()).isFalse();
      disk.device().resize(disk.function(), SECTORS * 2L);

      assertThat(disk.driver().refreshLimits()).isTrue();
      assertThat(disk.driver().limits().sectors()).isEqualTo(SECTORS * 2);
      write(disk, SECTORS, 1, 3);
      assertThat(read(disk, SECTORS)).isEqualTo(3);
    }
  }

  @Test
  void hearsOfANewCapacityWhileItWaits() {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(
        () -> {
          Storage slow = new LatencyStorage(MemoryStorage.ofSectors(SECTORS), scheduler, 1_000_000);
          try (TestDisk disk = TestDisk.over(slow).scheduler(scheduler).workers(1).start()) {
            long buffer = disk.frames().allocate(512);
            disk.driver().submit(new BlockRequest().read(0).segment(buffer, 512));
            disk.driver().kick();
            Task resize =
                scheduler.start(
                    "resize",
                    () -> {
                      scheduler.sleep(1_000);
                      resize(disk, 64);
                    });
            disk.driver().await();

            assertThat(disk.driver().limits().sectors()).isEqualTo(64);
            assertThat(disk.driver().reap()).isEqualTo(1);
            resize.join();
          }
        });
  }

  private static void resize(TestDisk disk, long sectors) {
    try {
      disk.device().resize(disk.function(), sectors);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The capacity takes two reads; the device changes it between them (section 2.5.1). */
  @Test
  void neverSeesHalfOfANewCapacity() {
    long before = 0xffff_ffffL;
    long after = 0x1_0000_0000L;
    try (TestDisk disk = TestDisk.blank(before).start()) {
      RealScheduler scheduler = new RealScheduler();
      Bus bus = new Bus();
      bus.map(
          disk.base(),
          MmioRegister.WINDOW_SIZE,
          new RegisterWindow() {
            @Override
            public long read(long offset, int width) {
              if (offset == MmioRegister.CONFIG + BlkConfigLayout.CAPACITY + Integer.BYTES
                  && disk.driver().limits().sectors() == before
                  && disk.bus().read(disk.base() + MmioRegister.CONFIG, Long.BYTES) == before) {
                resize(disk, after);
              }
              return disk.bus().read(disk.base() + offset, width);
            }

            @Override
            public void write(long offset, int width, long value) {
              disk.bus().write(disk.base() + offset, width, value);
            }
          });
      Guest guest =
          new Guest(
              disk.memory(),
              disk.frames(),
              new WiredInterruptLine(scheduler, CostModel.ZERO),
              scheduler,
              EventLog.OFF);
      try (VirtioBlkDriver second =
          MmioProbe.probe(bus, disk.base(), guest, DriverSettings.DEFAULT)) {
        assertThat(second.limits().sectors()).isEqualTo(after);
      }
    }
  }

  private static TestDisk.Builder zoned(BlkZoneModel model) {
    return disk(
        DiskProfile.DEFAULT.withZones(
            ZoneLayout.of(model, ZONE)
                .withConventionalZones(1)
                .withCapacity(200)
                .withLimits(2, 3)
                .withMaxAppend(16)
                .withWriteGranularity(1024)));
  }

  @Test
  void readsTheLimitsOfZones() {
    try (TestDisk disk = zoned(BlkZoneModel.HOST_MANAGED).start()) {
      BlockLimits limits = disk.driver().limits();

      assertThat(limits.zones())
          .isEqualTo(new ZoneLimits(BlkZoneModel.HOST_MANAGED, ZONE, 2, 3, 16, 1024));
      assertThat(limits.discard()).isFalse();
      assertThat(limits.writeZeroes().exists()).isFalse();
    }
  }

  @Test
  void leavesAHostManagedDiskWithoutKnowingZones() {
    DriverSettings settings = DriverSettings.DEFAULT.withFeatures(~Feature.BLK_ZONED.mask());

    assertThatThrownBy(() -> zoned(BlkZoneModel.HOST_MANAGED).driver(settings).start())
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("refuses the features");
    try (TestDisk disk = zoned(BlkZoneModel.HOST_AWARE).driver(settings).start()) {
      assertThat(disk.driver().limits().zones()).isNull();
      write(disk, ZONE + 17, 3, 1);
      assertThat(read(disk, ZONE + 17)).isEqualTo(1);
    }
  }

  private static ZoneReport report(TestDisk disk, long sector, int zones) {
    int bytes = ZoneReport.sizeFor(zones);
    long buffer = disk.frames().allocate(bytes);
    assertOk(disk, new BlockRequest().zoneReport(sector).segment(buffer, bytes));
    ZoneReport report = ZoneReport.read(disk.memory(), buffer, bytes);
    disk.frames().free(buffer, bytes);
    return report;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void managesZones(int workers) {
    try (TestDisk disk =
        zoned(BlkZoneModel.HOST_MANAGED)
            .device(
                BlkSettings.DEFAULT
                    .withWorkers(workers)
                    .withDisk(
                        DiskProfile.DEFAULT.withZones(
                            ZoneLayout.of(BlkZoneModel.HOST_MANAGED, ZONE)
                                .withConventionalZones(1)
                                .withLimits(2, 3))))
            .start()) {
      write(disk, ZONE, 2, 1);
      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, 2 * ZONE));
      assertThat(report(disk, 0, 3).zones())
          .containsExactly(
              new Zone(0, ZONE, ZONE, BlkZoneType.CONVENTIONAL, BlkZoneState.NO_WRITE_POINTER),
              zone(1, ZONE + 2, BlkZoneState.IMPLICITLY_OPEN),
              zone(2, 2 * ZONE, BlkZoneState.EXPLICITLY_OPEN));

      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_CLOSE, ZONE));
      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_FINISH, 2 * ZONE));
      assertThat(report(disk, ZONE, 2).zones())
          .containsExactly(
              zone(1, ZONE + 2, BlkZoneState.CLOSED), zone(2, 3 * ZONE, BlkZoneState.FULL));

      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_RESET, 2 * ZONE));
      assertThat(report(disk, 2 * ZONE + 9, 1).zones())
          .containsExactly(zone(2, 2 * ZONE, BlkZoneState.EMPTY));
      assertOk(disk, new BlockRequest().zoneResetAll());
      assertThat(report(disk, ZONE, 100).zones())
          .hasSize(SECTORS / ZONE - 1)
          .allMatch(zone -> zone.state() == BlkZoneState.EMPTY);
      assertThat(read(disk, ZONE)).isZero();
    }
  }

  private static Zone zone(int number, long writePointer, BlkZoneState state) {
    return new Zone(
        (long) number * ZONE, ZONE, writePointer, BlkZoneType.SEQUENTIAL_WRITE_REQUIRED, state);
  }

  @Test
  void appendsInParallelToOneZone() {
    try (TestDisk disk = zoned(BlkZoneModel.HOST_MANAGED).start()) {
      long buffer = disk.frames().allocate(40 * 1024);
      BlockRequest[] appends = new BlockRequest[40];
      for (int i = 0; i < appends.length; i++) {
        disk.memory().fill(buffer + i * 1024L, 1024, (byte) (i + 1));
        appends[i] = new BlockRequest().zoneAppend(ZONE).segment(buffer + i * 1024L, 1024);
        assertThat(disk.driver().submit(appends[i])).isTrue();
      }
      disk.driver().kick();
      while (disk.driver().inFlight() > 0) {
        disk.driver().await();
        disk.driver().reap();
      }

      boolean[] taken = new boolean[40];
      for (int i = 0; i < appends.length; i++) {
        assertThat(appends[i].status()).isEqualTo(BlockStatus.OK);
        int place = (int) (appends[i].appendedSector() - ZONE) / 2;
        assertThat(taken[place]).isFalse();
        taken[place] = true;
        assertThat(read(disk, appends[i].appendedSector() + 1)).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void tellsTheStatusesOfZonesApart() {
    try (TestDisk disk = zoned(BlkZoneModel.HOST_MANAGED).start()) {
      long buffer = disk.frames().allocate(1024);
      assertThat(status(disk, new BlockRequest().write(ZONE + 2).segment(buffer, 1024)))
          .isEqualTo(BlockStatus.ZONE_UNALIGNED);
      assertThat(status(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, 0)))
          .isEqualTo(BlockStatus.ZONE_INVALID);
      for (int zone = 1; zone <= 2; zone++) {
        assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, (long) zone * ZONE));
      }
      assertThat(status(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, 3 * ZONE)))
          .isEqualTo(BlockStatus.ZONE_TOO_MANY_OPEN);
      write(disk, ZONE, 2, 1);
      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_CLOSE, ZONE));
      assertOk(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, 3 * ZONE));
      assertThat(status(disk, new BlockRequest().zone(BlockOperation.ZONE_OPEN, 4 * ZONE)))
          .isEqualTo(BlockStatus.ZONE_TOO_MANY_ACTIVE);
    }
  }

  private static BlockStatus status(TestDisk disk, BlockRequest request) {
    return disk.execute(request).status();
  }

  @Test
  void refusesZoneRequestsThatTheDeviceCouldOnlyFail() {
    try (TestDisk disk = zoned(BlkZoneModel.HOST_MANAGED).start()) {
      long buffer = disk.frames().allocate(32 * 1024);
      assertRefused(
          disk, "none begins here", request -> request.zone(BlockOperation.ZONE_RESET, ZONE + 1));
      assertRefused(
          disk, "past the end", request -> request.zone(BlockOperation.ZONE_RESET, SECTORS));
      assertRefused(
          disk,
          "16 sectors at most can be appended",
          request -> request.zoneAppend(ZONE).segment(buffer, 17 * 1024));
      assertRefused(
          disk, "of 1024 bytes", request -> request.zoneAppend(ZONE).segment(buffer, 512));
      assertRefused(disk, "64 bytes", request -> request.zoneReport(0).segment(buffer, 63));
      assertThatThrownBy(() -> new BlockRequest().zone(BlockOperation.READ, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void doesNotBelieveAReportThatCannotBe() {
    try (TestDisk disk = zoned(BlkZoneModel.HOST_MANAGED).start()) {
      int bytes = ZoneReport.sizeFor(1);
      long buffer = disk.frames().allocate(bytes);
      disk.memory().setU64(buffer + BlkZoneReportLayout.NR_ZONES, 2);
      assertThatThrownBy(() -> ZoneReport.read(disk.memory(), buffer, bytes))
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("2 zones into room for 1");
      disk.memory().setU64(buffer + BlkZoneReportLayout.NR_ZONES, 1);
      assertThatThrownBy(() -> ZoneReport.read(disk.memory(), buffer, bytes))
          .hasMessageContaining("type 0");
    }
  }
}
