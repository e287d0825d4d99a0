package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.Endurance;
import dev.ringside.blk.ZoneLayout;
import dev.ringside.driver.testing.RecordingStorage;
import dev.ringside.driver.testing.RecordingStorage.Call;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.virtio.spec.BlkZoneModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls on a disk, as somebody writes them who writes a guest. */
class DiskTest {
  private static final int SECTORS = 4096;
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;

  private static byte[] pattern(int length, long seed) {
    byte[] data = new byte[length];
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    random.nextBytes(data);
    return data;
  }

  @ParameterizedTest
  @EnumSource(TestTime.class)
  void readsBackWhatItWrote(TestTime time) {
    time.run(
        scheduler -> {
          try (TestDisk machine = TestDisk.blank(SECTORS).scheduler(scheduler).workers(2).start()) {
            Disk disk = new Disk(machine.driver());
            byte[] data = pattern(1000, 1);
            disk.write(7, data);
            disk.flush();

            assertThat(disk.read(7, 2)).startsWith(data).endsWith(new byte[24]);
            disk.writeZeroes(7, 1, false);
            disk.discard(8, 1);
            assertThat(disk.read(7, 2)).containsOnly(0);
            assertThat(disk.id()).startsWith("r");
          } catch (DiskException failure) {
            throw new AssertionError(failure);
          }
        });
  }

  /** Larger than a segment, than the segments of a request, and than the ring. */
  @ParameterizedTest
  @ValueSource(ints = {512, 1300, 4096, 1 << 20})
  void splitsWhatIsLargerThanARequest(int segmentLimit) throws DiskException {
    BlkSettings device =
        BlkSettings.DEFAULT.withDisk(BlkSettings.DEFAULT.disk().withMaxSegmentBytes(segmentLimit));
    try (TestDisk machine =
        TestDisk.blank(SECTORS).device(device).queueSize(16).workers(2).start()) {
      Disk disk = new Disk(machine.driver());
      byte[] data = pattern(1 << 20, 2);
      disk.write(100, data);

      assertThat(disk.read(100, data.length / SECTOR)).isEqualTo(data);
      assertThat(disk.read(99, 1)).containsOnly(0);
      assertThat(machine.driver().stats().requests()).isGreaterThan(2);
    }
  }

  /** Segments of odd lengths are one run of bytes; requests are cut at sectors. */
  @Test
  void gathersAndScatters() throws DiskException {
    try (TestDisk machine = TestDisk.blank(SECTORS).queueSize(16).start()) {
      Disk disk = new Disk(machine.driver());
      byte[] data = pattern(64 * SECTOR, 3);
      long address = machine.frames().allocate(2L * data.length);
      List<DataSegment> pieces = new ArrayList<>();
      int at = 0;
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
      while (at < data.length) {
        int length = Math.min(random.nextInt(1, 700), data.length - at);
        // With a gap, so that neighbours are no neighbours in memory.
        pieces.add(new DataSegment(address + 2L * at, length));
        machine.memory().slice(address + 2L * at, length).asByteBuffer().put(data, at, length);
        at += length;
      }
      disk.write(0, pieces);
      assertThat(disk.read(0, 64)).isEqualTo(data);

      machine.memory().fill(address, 2L * data.length, (byte) 0);
      disk.read(0, pieces);
      at = 0;
      for (DataSegment piece : pieces) {
        byte[] found = new byte[(int) piece.length()];
        machine.memory().slice(piece.address(), piece.length()).asByteBuffer().get(found);
        assertThat(found).isEqualTo(Arrays.copyOfRange(data, at, at + found.length));
        at += found.length;
      }
    }
  }

  @Test
  void refusesASectorInTooManyPieces() {
    try (TestDisk machine = TestDisk.blank(SECTORS).queueSize(16).start()) {
      AsyncDisk disk = new AsyncDisk(machine.driver());
      long address = machine.frames().allocate(SECTOR);
      List<DataSegment> bytes = new ArrayList<>();
      for (int i = 0; i < SECTOR; i++) {
        bytes.add(new DataSegment(address + i, 1));
      }
      assertThatThrownBy(() -> disk.read(0, bytes)).hasMessageContaining("more than 14 pieces");
      assertThatThrownBy(() -> disk.read(0, List.of(new DataSegment(address, 100))))
          .hasMessageContaining("not whole sectors");
      assertThatThrownBy(() -> disk.write(SECTORS, new byte[1]))
          .hasMessageContaining("past the end");
      assertThat(disk.inFlight()).isZero();
    }
  }

  @Test
  void callsOverlapAndEndInTheTaskThatPolls() throws DiskException {
    try (TestDisk machine = TestDisk.blank(SECTORS).workers(2).start()) {
      AsyncDisk disk = new AsyncDisk(machine.driver());
      List<String> order = new ArrayList<>();
      List<CompletableFuture<byte[]>> reads = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        CompletableFuture<byte[]> read = disk.read(i, 1);
        reads.add(read);
        CompletableFuture<Void> noted =
            read.thenAccept(data -> order.add(Thread.currentThread().getName()));
        assertThat(noted).isNotDone();
      }
      assertThat(disk.inFlight()).isEqualTo(400);
      assertThat(order).isEmpty();
      for (CompletableFuture<byte[]> read : reads) {
        disk.await(read);
      }
      assertThat(order).hasSize(400).containsOnly(Thread.currentThread().getName());
      assertThat(disk.inFlight()).isZero();
    }
  }

  @Test
  void refusesToWaitForWhatNobodyEnds() {
    try (TestDisk machine = TestDisk.blank(SECTORS).start()) {
      AsyncDisk disk = new AsyncDisk(machine.driver());
      assertThatThrownBy(() -> disk.await(new CompletableFuture<Void>()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /** The call fails with the part that failed, when all parts have ended. */
  @Test
  void failsWhenOnePartDoes() {
    RecordingStorage storage = new RecordingStorage(SECTORS);
    storage.fail(call -> call.equals(Call.read(14, 14)));
    BlkSettings device =
        BlkSettings.DEFAULT.withDisk(BlkSettings.DEFAULT.disk().withMaxSegmentBytes(SECTOR));
    try (TestDisk machine = TestDisk.over(storage).device(device).queueSize(16).start()) {
      Disk disk = new Disk(machine.driver());
      long free = machine.frames().freeBytes();
      assertThatThrownBy(() -> disk.read(0, 42))
          .isInstanceOf(DiskException.class)
          .hasMessageContaining("READ sector 14, 14 sectors, IO_ERROR");
      assertThat(storage.calls()).hasSize(3);
      assertThat(machine.frames().freeBytes()).isEqualTo(free);
    }
  }

  /** A range call larger than the device's ranges covers exactly its sectors. */
  @Test
  void splitsRanges() {
    BlockLimits limits;
    try (TestDisk machine = TestDisk.blank(SECTORS).start()) {
      limits = machine.driver().limits();
    }
    RangeLimits most = new RangeLimits(100, 3, 32);
    List<BlockRequest> requests =
        RequestSplitter.ranges(
            (at, count) -> new BlockRequest().discard(at, count), most, 10, 1000, limits);

    long next = 10;
    for (BlockRequest request : requests) {
      assertThat(request.ranges()).isBetween(1, 3);
      for (int i = 0; i < request.ranges(); i++) {
        assertThat(request.rangeSector(i)).isEqualTo(next);
        assertThat(next == 10 || next % 32 == 0).as("begins where it is best").isTrue();
        assertThat(request.rangeCount(i)).isBetween(1L, 100L);
        next += request.rangeCount(i);
      }
    }
    assertThat(next).isEqualTo(1010);
  }

  @Test
  void asksForWear() throws DiskException {
    BlkSettings device =
        BlkSettings.DEFAULT.withDisk(
            BlkSettings.DEFAULT.disk().withEndurance(new Endurance(1L << 30, 0)));
    try (TestDisk machine = TestDisk.blank(SECTORS).device(device).start()) {
      assertThat(new Disk(machine.driver()).lifetime().reserve()).isEqualTo(1);
    }
  }

  @Test
  void usesZones() throws DiskException {
    BlkSettings device =
        BlkSettings.DEFAULT.withDisk(
            BlkSettings.DEFAULT.disk().withZones(ZoneLayout.of(BlkZoneModel.HOST_MANAGED, 1024)));
    try (TestDisk machine = TestDisk.blank(SECTORS).device(device).start()) {
      Disk disk = new Disk(machine.driver());
      DataSegment data = new DataSegment(machine.frames().allocate(4096), 4096);
      assertThat(disk.zoneAppend(1024, List.of(data))).isEqualTo(1024);
      assertThat(disk.zoneAppend(1024, List.of(data))).isEqualTo(1032);
      assertThat(disk.zoneReport(1024, 1).zones().getFirst().writePointer()).isEqualTo(1040);

      assertThatThrownBy(() -> disk.write(1024, List.of(data)))
          .isInstanceOfSatisfying(
              DiskException.class,
              failed -> assertThat(failed.status()).isEqualTo(BlockStatus.ZONE_UNALIGNED));
      disk.zone(BlockOperation.ZONE_FINISH, 1024);
      disk.zone(BlockOperation.ZONE_RESET, 1024);
      disk.zoneResetAll();
      assertThat(disk.zoneReport(0, 4).zones()).hasSize(4);
    }
  }
}
