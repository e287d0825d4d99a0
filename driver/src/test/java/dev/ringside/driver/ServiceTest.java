package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.CoalescingPolicy;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.testing.RecordingStorage;
import dev.ringside.driver.testing.RecordingStorage.Call;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which a device can serve its queues, in simulated time, where each step is known. */
class ServiceTest {
  private static final int SECTORS = 1024;
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final long MICROSECOND = 1000;
  private static final DriverSettings IN_ORDER =
      DriverSettings.DEFAULT.withFeatures(~Feature.RING_PACKED.mask());

  private static BlkSettings service(UnaryOperator<ServiceSettings> how) {
    return BlkSettings.DEFAULT.withService(how.apply(ServiceSettings.DEFAULT));
  }

  private static BlockRequest read(TestDisk disk, long sector) {
    return new BlockRequest().read(sector).segment(disk.frames().allocate(SECTOR), SECTOR);
  }

  private static BlockRequest write(TestDisk disk, long sector) {
    return new BlockRequest().write(sector).segment(disk.frames().allocate(SECTOR), SECTOR);
  }

  private static void submit(TestDisk disk, List<BlockRequest> requests) {
    requests.forEach(request -> assertThat(disk.driver().submit(request)).isTrue());
    disk.driver().kick();
  }

  private static void submitReads(TestDisk disk, long... sectors) {
    submit(disk, LongStream.of(sectors).mapToObj(sector -> read(disk, sector)).toList());
  }

  private static long[] range(long first, int count) {
    return LongStream.range(first, first + count).toArray();
  }

  @Nested
  class Merging {
    private final RecordingStorage storage = new RecordingStorage(SECTORS);

    private void run(
        int maxMerge, int workers, String faults, BiConsumer<TestDisk, Scheduler> test) {
      run(maxMerge, workers, faults, DriverSettings.DEFAULT, test);
    }

    private void run(
        int maxMerge,
        int workers,
        String faults,
        DriverSettings driver,
        BiConsumer<TestDisk, Scheduler> test) {
      TestTime.SIMULATED.run(
          scheduler -> {
            try (TestDisk disk =
                TestDisk.over(storage)
                    .scheduler(scheduler)
                    .faults(faults)
                    .driver(driver)
                    .device(service(how -> how.withMaxMerge(maxMerge).withWorkers(workers)))
                    .start()) {
              test.accept(disk, scheduler);
            }
          });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void adjacentReadsBecomeOne(int workers) {
      run(
          16,
          workers,
          "",
          (disk, scheduler) -> {
            submitReads(disk, range(10, 8));
            disk.finish();
            assertThat(storage.calls()).containsExactly(Call.read(10, 8));
          });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void everyRequestGetsItsOwnData(int workers) {
      run(
          16,
          workers,
          "",
          IN_ORDER,
          (disk, scheduler) -> {
            List<BlockRequest> writes = new ArrayList<>();
            for (int sector : new int[] {13, 10, 12, 11}) {
              writes.add(write(disk, sector));
              disk.memory().fill(writes.getLast().segmentAddress(0), SECTOR, (byte) sector);
            }
            submit(disk, writes);
            disk.finish();
            List<BlockRequest> reads = new ArrayList<>();
            for (int sector : new int[] {11, 12, 10, 13}) {
              reads.add(read(disk, sector));
            }
            submit(disk, reads);
            disk.finish();

            assertThat(storage.calls()).containsExactly(Call.write(10, 4), Call.read(10, 4));
            assertThat(reads)
                .allSatisfy(
                    done ->
                        assertThat(disk.memory().getU8(done.segmentAddress(0)))
                            .isEqualTo((int) done.sector()));
          });
    }

    @Test
    void theLimitHolds() {
      run(
          3,
          0,
          "",
          (disk, scheduler) -> {
            submitReads(disk, range(10, 8));
            disk.finish();
            assertThat(storage.calls())
                .containsExactly(Call.read(10, 3), Call.read(13, 3), Call.read(16, 2));
          });
    }

    @Test
    void aGapEndsATransfer() {
      run(
          16,
          0,
          "",
          (disk, scheduler) -> {
            submitReads(disk, 10, 11, 13);
            disk.finish();
            assertThat(storage.calls()).containsExactly(Call.read(10, 2), Call.read(13, 1));
          });
    }

    @Test
    void readsAndWritesStayApart() {
      run(
          16,
          0,
          "",
          (disk, scheduler) -> {
            submit(disk, List.of(read(disk, 10), write(disk, 11), read(disk, 12)));
            disk.finish();
            assertThat(storage.calls())
                .containsExactlyInAnyOrder(Call.read(10, 1), Call.write(11, 1), Call.read(12, 1));
          });
    }

    @Test
    void aFailureIsThatOfTheRequestAlone() {
      run(
          16,
          2,
          "",
          (disk, scheduler) -> {
            storage.fail(call -> call.covers(12));
            List<BlockRequest> requests =
                LongStream.range(10, 14).mapToObj(sector -> read(disk, sector)).toList();
            submit(disk, requests);
            disk.finish();
            assertThat(requests.stream().map(BlockRequest::status))
                .containsExactly(
                    BlockStatus.OK, BlockStatus.OK, BlockStatus.IO_ERROR, BlockStatus.OK);
            assertThat(storage.calls()).startsWith(Call.read(10, 4)).hasSize(5);
          });
    }

    @Test
    void aFaultPlanSeesEveryRequest() {
      run(
          16,
          0,
          "read nth 100: io-error",
          (disk, scheduler) -> {
            submitReads(disk, range(10, 4));
            disk.finish();
            assertThat(storage.calls()).hasSize(4);
            assertThat(disk.faults().getFirst().matched()).isEqualTo(4);
          });
    }

    /** The transfer of 20 and 21 stands behind 40, although 21 was submitted first. */
    @Test
    void whatIsDoneBehindOneThatIsNotIsKeptByASavedDevice() {
      run(
          16,
          1,
          "",
          IN_ORDER,
          (disk, scheduler) -> {
            storage.closeAt(40);
            submitReads(disk, 21, 40, 20);
            storage.awaitReader();
            scheduler.start(
                "opener",
                () -> {
                  scheduler.spend(MICROSECOND);
                  storage.open();
                });
            disk.function().pause();
            assertThat(disk.driver().reap()).isZero();
            disk.replaceDevice(BlkSettings.DEFAULT, disk.saved());
            disk.finish();
            assertThat(storage.calls())
                .containsExactly(Call.read(40, 1), Call.read(21, 1), Call.read(20, 1));
          });
    }
  }

  @Nested
  class Coalescing {
    /** When interrupts come, of eight requests of which one ends every 10 us. */
    private List<Long> interrupts(CoalescingPolicy policy, WaitPolicy waiting) {
      List<Long> times = new ArrayList<>();
      TestTime.SIMULATED.run(
          scheduler -> {
            EventLog events = EventLog.recording(scheduler.clock());
            LatencyStorage storage =
                new LatencyStorage(new NullStorage(SECTORS), scheduler, 10 * MICROSECOND);
            try (TestDisk disk =
                TestDisk.over(storage)
                    .scheduler(scheduler)
                    .events(events)
                    .device(
                        service(
                            how -> how.withWorkers(1).withWaiting(waiting).withCoalescing(policy)))
                    .start()) {
              submitReads(disk, range(0, 8));
              disk.finish();
            }
            events.events().stream()
                .filter(event -> event.type() == EventType.INTERRUPT)
                .forEach(event -> times.add(event.time() / MICROSECOND));
          });
      return times;
    }

    static List<WaitPolicy> waits() {
      return List.of(WaitPolicy.sleep(), WaitPolicy.poll(), WaitPolicy.adaptive(15 * MICROSECOND));
    }

    @ParameterizedTest
    @MethodSource("waits")
    void without(WaitPolicy waiting) {
      assertThat(interrupts(CoalescingPolicy.off(), waiting))
          .containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L);
    }

    @ParameterizedTest
    @MethodSource("waits")
    void byCount(WaitPolicy waiting) {
      assertThat(interrupts(new CoalescingPolicy.CountOrTime(4, 1000 * MICROSECOND), waiting))
          .containsExactly(40L, 80L);
    }

    /** The last two are fewer than any count: their interrupt comes when its time is over. */
    @ParameterizedTest
    @MethodSource("waits")
    void byTime(WaitPolicy waiting) {
      assertThat(interrupts(new CoalescingPolicy.CountOrTime(100, 25 * MICROSECOND), waiting))
          .containsExactly(35L, 65L, 95L);
    }

    @ParameterizedTest
    @MethodSource("waits")
    void aSavedDeviceHoldsNothingBack(WaitPolicy waiting) {
      TestTime.SIMULATED.run(
          scheduler -> {
            CoalescingPolicy policy =
                new CoalescingPolicy.CountOrTime(100, CoalescingPolicy.MAX_DELAY_NS);
            BlkSettings settings = service(how -> how.withWaiting(waiting).withCoalescing(policy));
            try (TestDisk disk =
                TestDisk.blank(SECTORS).scheduler(scheduler).device(settings).start()) {
              submitReads(disk, 1);
              scheduler.spend(MICROSECOND);
              disk.replaceDevice(settings);
              disk.finish();
              assertThat(scheduler.clock().nanoTime()).isEqualTo(MICROSECOND);
            }
          });
    }
  }

  @Nested
  class Waiting {
    /** Whether each request was kicked (K) or its kick suppressed (s), after so many us of rest. */
    private String kicks(WaitPolicy waiting, int... rests) {
      StringBuilder seen = new StringBuilder();
      TestTime.SIMULATED.run(
          scheduler -> {
            try (TestDisk disk =
                TestDisk.blank(SECTORS)
                    .scheduler(scheduler)
                    .driver(DriverSettings.DEFAULT.withCompletion(CompletionPolicy.SPIN))
                    .device(service(how -> how.withWaiting(waiting)))
                    .start()) {
              for (int rest : rests) {
                scheduler.sleep(rest * MICROSECOND);
                long before = disk.driver().stats().kicksSent();
                disk.execute(read(disk, 0));
                seen.append(disk.driver().stats().kicksSent() > before ? 'K' : 's');
              }
            }
          });
      return seen.toString();
    }

    @Test
    void aSleeperIsKickedEachTime() {
      assertThat(kicks(WaitPolicy.sleep(), 1, 1, 100)).isEqualTo("KKK");
    }

    /** But for the first chain of a ring: with EVENT_IDX its notification is asked for at first. */
    @Test
    void aPollerNever() {
      assertThat(kicks(WaitPolicy.poll(), 1, 1, 100)).isEqualTo("Kss");
    }

    /**
     * From 4 us to 32. It polls for 4 us after the first, for 8 after the third, and not at all
     * after the fifth, which came too late for any polling.
     */
    @Test
    void anAdaptiveOneWhenItSleeps() {
      assertThat(kicks(new WaitPolicy.Adaptive(4000, 32_000, 2, 0), 1, 3, 6, 7, 40, 1, 3))
          .isEqualTo("KsKsKKs");
    }
  }

  @Nested
  class Order {
    static Stream<Arguments> rings() {
      return Stream.of(Feature.RING_PACKED.mask(), 0L)
          .flatMap(
              without ->
                  Stream.of(
                      Arguments.of(true, without, 1),
                      Arguments.of(true, without, 4),
                      Arguments.of(false, without | Feature.IN_ORDER.mask(), 1),
                      Arguments.of(false, without | Feature.IN_ORDER.mask(), 4)));
    }

    private void run(
        long without,
        int workers,
        RecordingStorage storage,
        String faults,
        BiConsumer<TestDisk, Scheduler> test) {
      TestTime.SIMULATED.run(
          scheduler -> {
            try (TestDisk disk =
                TestDisk.over(storage)
                    .scheduler(scheduler)
                    .faults(faults)
                    .workers(workers)
                    .driver(DriverSettings.DEFAULT.withFeatures(~without))
                    .start()) {
              test.accept(disk, scheduler);
            }
          });
    }

    @ParameterizedTest
    @MethodSource("rings")
    void workersThatEndOutOfOrder(boolean inOrder, long without, int workers) {
      RecordingStorage storage = new RecordingStorage(SECTORS);
      run(
          without,
          workers,
          storage,
          "",
          (disk, scheduler) -> {
            storage.closeAt(0);
            submitReads(disk, 0, 2, 4, 6);
            storage.awaitReader();
            scheduler.spend(MICROSECOND);
            assertThat(storage.calls()).hasSize(workers == 1 ? 1 : 4);
            assertThat(disk.driver().reap()).isEqualTo(inOrder || workers == 1 ? 0 : 3);
            storage.open();
            disk.finish();
          });
    }

    @ParameterizedTest
    @CsvSource({"true, 0, 1", "true, 2, 1", "false, 0, 3", "false, 2, 3"})
    void aRequestThatIsKeptKeepsThoseBehindIt(boolean inOrder, int workers, int reaped) {
      RecordingStorage storage = new RecordingStorage(SECTORS);
      run(
          inOrder ? 0 : Feature.IN_ORDER.mask(),
          workers,
          storage,
          "read nth 2: stuck",
          (disk, scheduler) -> {
            submitReads(disk, 0, 2, 4, 6);
            scheduler.spend(MICROSECOND);
            assertThat(disk.driver().reap()).isEqualTo(reaped);
            disk.replaceDevice(BlkSettings.DEFAULT);
            disk.finish();
            assertThat(storage.calls())
                .containsExactlyInAnyOrder(
                    Call.read(0, 1), Call.read(2, 1), Call.read(4, 1), Call.read(6, 1));
          });
    }
  }
}
