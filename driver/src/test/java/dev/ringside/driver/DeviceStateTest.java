package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.testing.RecordingStorage;
import dev.ringside.driver.testing.RecordingStorage.Call;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A device is replaced while requests are in flight, and its driver notices nothing. */
class DeviceStateTest {
  private static final int SECTORS = 1024;
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final int WRITES = 11;
  private static final int QUEUE_SIZE = 64;
  private static final int SEEDS = 10;
  private static final long ROUNDS = 8;
  private static final long BATCH = 10;
  private static final long SERVICE_NS = 10_000;

  /** What the replacement must not depend on. */
  record Setting(TestTime time, Transport transport, long without, int workers) {
    TestDisk.Builder disk(Scheduler scheduler, Storage storage) {
      return TestDisk.over(storage)
          .scheduler(scheduler)
          .transport(transport)
          .workers(workers)
          .driver(DriverSettings.DEFAULT.withFeatures(~without))
          .queueSize(QUEUE_SIZE);
    }

    @Override
    public String toString() {
      return "%s, %s, %d workers, without %s"
          .formatted(time, transport, workers, Feature.describe(without));
    }
  }

  static Stream<Setting> settings() {
    long packed = Feature.RING_PACKED.mask();
    long inOrder = Feature.IN_ORDER.mask();
    long tables = Feature.setOf(Feature.INDIRECT_DESC, Feature.EVENT_IDX);
    List<Setting> settings = new ArrayList<>();
    for (TestTime time : TestTime.values()) {
      for (Transport transport : Transport.values()) {
        LongStream.of(packed | inOrder, packed, inOrder, 0)
            .flatMap(without -> LongStream.of(without, without | tables))
            .forEach(
                without -> {
                  settings.add(new Setting(time, transport, without, 1));
                  settings.add(new Setting(time, transport, without, 2));
                });
      }
    }
    return settings.stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyRequestInFlightCompletesOnce(Setting setting) {
    setting.time.run(
        scheduler -> {
          RecordingStorage storage = new RecordingStorage(SECTORS);
          try (TestDisk disk = setting.disk(scheduler, storage).start()) {
            List<BlockRequest> requests = submitBehindAClosedGate(disk, storage);
            Task opener = scheduler.start("opener", () -> openLater(scheduler, storage));
            disk.function().pause();
            int begun = storage.calls().size();
            opener.join();
            disk.replaceDevice(BlkSettings.DEFAULT.withQueueSize(QUEUE_SIZE), disk.saved());

            disk.finish();
            assertThat(requests)
                .allSatisfy(done -> assertThat(done.status()).isEqualTo(BlockStatus.OK));
            assertThat(storage.calls()).containsExactlyInAnyOrderElementsOf(expectedCalls());
            checkContent(disk);
            if (setting.time == TestTime.SIMULATED && setting.workers == 1) {
              // Only the read that waited had begun.
              assertThat(begun).isEqualTo(1);
            }
          }
        });
  }

  /** While a driver works, its device is replaced again and again, at moments that a seed draws. */
  @ParameterizedTest
  @MethodSource("simulated")
  void aDriverAtWorkNoticesNothing(Setting setting) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      RandomStreams streams = new RandomStreams(seed);
      SimulatedScheduler scheduler = new SimulatedScheduler(streams, new RunHash());
      RandomGenerator moments = streams.stream("moments");
      scheduler.run(() -> workWhileItIsReplaced(setting, scheduler, moments));
    }
  }

  static Stream<Setting> simulated() {
    return settings().filter(setting -> setting.time == TestTime.SIMULATED && setting.workers == 2);
  }

  private static void workWhileItIsReplaced(
      Setting setting, Scheduler scheduler, RandomGenerator moments) {
    RecordingStorage calls = new RecordingStorage(SECTORS);
    LatencyStorage storage = new LatencyStorage(calls, scheduler, SERVICE_NS);
    BlkSettings device = BlkSettings.DEFAULT.withQueueSize(QUEUE_SIZE).withWorkers(2);
    try (TestDisk disk = setting.disk(scheduler, storage).start()) {
      boolean[] done = new boolean[1];
      Task replacer =
          scheduler.start(
              "replacer",
              () -> {
                while (!done[0]) {
                  scheduler.sleep(1 + moments.nextLong(4 * SERVICE_NS));
                  disk.replaceDevice(device);
                }
              });
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BATCH; i++) {
          long sector = round * BATCH + i;
          long data = disk.frames().allocate(SECTOR);
          assertThat(disk.driver().submit(new BlockRequest().write(sector).segment(data, SECTOR)))
              .isTrue();
        }
        disk.driver().kick();
        disk.finish();
      }
      done[0] = true;
      replacer.join();
      assertThat(calls.calls())
          .containsExactlyInAnyOrderElementsOf(
              LongStream.range(0, ROUNDS * BATCH)
                  .mapToObj(sector -> Call.write(sector, 1))
                  .toList());
    }
  }

  /** In simulated time after the pause has begun; at full speed whenever it happens. */
  private static void openLater(Scheduler scheduler, RecordingStorage storage) {
    scheduler.spend(1000);
    storage.open();
  }

  /** A read of sector 0, which waits in the storage, and writes of every second sector. */
  private static List<BlockRequest> submitBehindAClosedGate(
      TestDisk disk, RecordingStorage storage) {
    storage.closeAt(0);
    List<BlockRequest> requests = new ArrayList<>();
    requests.add(new BlockRequest().read(0).segment(disk.frames().allocate(SECTOR), SECTOR));
    for (int i = 1; i <= WRITES; i++) {
      long data = disk.frames().allocate(SECTOR);
      disk.memory().fill(data, SECTOR, (byte) i);
      requests.add(new BlockRequest().write(2L * i).segment(data, SECTOR));
    }
    requests.forEach(request -> assertThat(disk.driver().submit(request)).isTrue());
    disk.driver().kick();
    storage.awaitReader();
    return requests;
  }

  private static List<Call> expectedCalls() {
    List<Call> calls = new ArrayList<>();
    calls.add(Call.read(0, 1));
    for (int i = 1; i <= WRITES; i++) {
      calls.add(Call.write(2L * i, 1));
    }
    return calls;
  }

  private static void checkContent(TestDisk disk) {
    long in = disk.frames().allocate(SECTOR);
    for (int i = 1; i <= WRITES; i++) {
      disk.execute(new BlockRequest().read(2L * i).segment(in, SECTOR));
      assertThat(disk.memory().getU8(in)).isEqualTo(i);
    }
  }
}
