package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPolicyTest {
  private static final int REQUESTS = 24;
  private static final int SECTOR = 512;

  private static void run(
      BatchPolicy policy, boolean packed, BiConsumer<TestDisk, Scheduler> scenario) {
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(1 << 16)
                  .scheduler(scheduler)
                  .driver(settings(policy, packed))
                  .start()) {
            scenario.accept(disk, scheduler);
          }
        });
  }

  private static void run(BatchPolicy policy, BiConsumer<TestDisk, Scheduler> scenario) {
    run(policy, false, scenario);
    run(policy, true, scenario);
  }

  private static DriverSettings settings(BatchPolicy policy, boolean packed) {
    return DriverSettings.DEFAULT
        .withBatching(policy)
        .withFeatures(packed ? ~0L : ~Feature.RING_PACKED.mask());
  }

  private static BlockRequest read(TestDisk disk, long sector) {
    return new BlockRequest().read(sector).segment(disk.frames().allocate(SECTOR), SECTOR);
  }

  private static List<BlockRequest> submitReads(TestDisk disk, int count, int distance) {
    List<BlockRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BlockRequest request = read(disk, (long) i * distance);
      assertThat(disk.driver().submit(request)).isTrue();
      requests.add(request);
    }
    return requests;
  }

  /** Submits, kicks once at the end, and waits. */
  private static DriverStats statsOf(BatchPolicy policy, TestTime time, boolean packed) {
    DriverStats[] stats = new DriverStats[1];
    time.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(1024)
                  .scheduler(scheduler)
                  .driver(settings(policy, packed).withCompletion(CompletionPolicy.SPIN))
                  .start()) {
            submitReads(disk, REQUESTS, 2);
            disk.driver().kick();
            disk.driver().kick();
            disk.finish();
            stats[0] = disk.driver().stats();
          }
        });
    return stats[0];
  }

  @ParameterizedTest
  @CsvSource({
    "REAL, false",
    "REAL, true",
    "SIMULATED, false",
    "SIMULATED, true",
  })
  void asksForAsManyKicksAsThePolicySays(TestTime time, boolean packed) {
    assertThat(statsOf(BatchPolicy.everyRequest(), time, packed).kicksAsked()).isEqualTo(REQUESTS);
    assertThat(statsOf(BatchPolicy.every(8), time, packed).kicksAsked()).isEqualTo(3);
    assertThat(statsOf(BatchPolicy.every(10), time, packed).kicksAsked()).isEqualTo(3);
    assertThat(statsOf(BatchPolicy.onLast(), time, packed).kicksAsked()).isEqualTo(1);
    assertThat(statsOf(BatchPolicy.plug(32), time, packed).kicksAsked()).isEqualTo(1);
    assertThat(statsOf(BatchPolicy.plug(10), time, packed).kicksAsked()).isEqualTo(3);
    assertThat(statsOf(BatchPolicy.countOrTime(8, Long.MAX_VALUE >> 2), time, packed).kicksAsked())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(TestTime.class)
  void leavesTheKickToTheCaller(TestTime time) {
    DriverStats stats = statsOf(BatchPolicy.onLast(), time, false);

    assertThat(stats.kicksSent()).isEqualTo(1);
    assertThat(stats.requestsPerKick().occurrences(REQUESTS)).isEqualTo(1);
    assertThat(stats.requestsPerKick().mean()).isEqualTo(REQUESTS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 64, 100})
  void unplugsAtTheLimitAndBeforeTheTaskWaits(int count) {
    run(
        BatchPolicy.plug(32),
        (disk, scheduler) -> {
          submitReads(disk, count, 2);
          assertThat(disk.driver().inFlight()).isEqualTo(count);
          assertThat(disk.driver().stats().kicksAsked()).isEqualTo(count / 32);
          disk.finish();
          DriverStats stats = disk.driver().stats();
          assertThat(stats.kicksAsked()).isEqualTo((count + 31) / 32);
          assertThat(stats.requestsPerPlugFlush().sum()).isEqualTo(count);
          assertThat(stats.requests()).isEqualTo(count);
          assertThat(stats.chains()).isEqualTo(count);
          assertThat(stats.merged()).isZero();
        });
  }

  @Test
  void announcesWhenTheOldestRequestHasWaitedLongEnough() {
    run(
        BatchPolicy.countOrTime(8, 10_000),
        (disk, scheduler) -> {
          VirtioBlkDriver driver = disk.driver();
          driver.submit(read(disk, 0));
          scheduler.sleep(6_000);
          driver.submit(read(disk, 1));
          driver.reap();
          assertThat(driver.stats().kicksAsked()).isZero();
          scheduler.sleep(4_000);
          driver.reap();
          assertThat(driver.stats().kicksAsked()).isEqualTo(1);
          driver.submit(read(disk, 2));
          scheduler.sleep(10_000);
          driver.submit(read(disk, 3));
          assertThat(driver.stats().kicksAsked()).isEqualTo(2);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 10_000})
  void aWaitDoesNotGoBeyondTheTimeToAnnounce(long nanoseconds) {
    for (CompletionPolicy completion : CompletionPolicy.KINDS) {
      TestTime.SIMULATED.run(
          scheduler -> {
            DriverSettings settings =
                settings(BatchPolicy.countOrTime(8, nanoseconds), false).withCompletion(completion);
            try (TestDisk disk = TestDisk.blank(64).scheduler(scheduler).driver(settings).start()) {
              BlockRequest request = read(disk, 0);
              disk.driver().submit(request);
              disk.finish();
              assertThat(request.completedAt() - request.submittedAt()).isEqualTo(nanoseconds);
            }
          });
    }
  }

  @Test
  void anAdaptiveBatchOfOneIsAsFastAsNone() {
    CostModel costs = CostModel.ZERO.with(Cost.KICK, 850).with(Cost.INTERRUPT, 700);
    List<Long> ends = new ArrayList<>();
    List<Long> kicks = new ArrayList<>();
    for (BatchPolicy policy : List.of(BatchPolicy.everyRequest(), BatchPolicy.adaptive(32))) {
      TestTime.SIMULATED.run(
          scheduler -> {
            try (TestDisk disk =
                TestDisk.blank(64)
                    .scheduler(scheduler)
                    .costs(costs)
                    .driver(settings(policy, false))
                    .start()) {
              for (int i = 0; i < 50; i++) {
                disk.driver().submit(read(disk, i));
                disk.finish();
              }
              ends.add(scheduler.clock().nanoTime());
              kicks.add(disk.driver().stats().kicksAsked());
            }
          });
    }
    assertThat(ends.get(1)).isEqualTo(ends.get(0));
    assertThat(kicks).containsExactly(50L, 50L);
  }

  /** A closed loop that the caller never kicks. */
  @ParameterizedTest
  @CsvSource({"32, 128", "8, 64", "16, 32"})
  void anAdaptiveBatchGrowsToItsMostWhileTheDeviceIsBusy(int most, int depth) {
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.over(new LatencyStorage(MemoryStorage.ofSectors(1 << 16), scheduler, 10_000))
                  .scheduler(scheduler)
                  .workers(4)
                  .driver(settings(BatchPolicy.adaptive(most), false))
                  .start()) {
            List<BlockRequest> requests = submitReads(disk, depth, 2);
            int submitted = depth;
            while (submitted < 200 * most) {
              disk.driver().await();
              disk.driver().reap();
              for (BlockRequest request : requests) {
                if (!request.isInFlight()) {
                  disk.driver().submit(request);
                  submitted++;
                }
              }
            }
            disk.finish();
            DriverStats stats = disk.driver().stats();
            assertThat(stats.requestsPerKick().mean() * stats.kicksSent() / stats.kicksAsked())
                .isCloseTo(most, Offset.offset(0.1 * most));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5})
  void aTaskThatWaitsForItsOwnHeldRequestsAnnouncesThem(int count) {
    for (BatchPolicy policy : List.of(BatchPolicy.onLast(), BatchPolicy.every(8))) {
      run(
          policy,
          (disk, scheduler) -> {
            submitReads(disk, count, 2);
            disk.finish();
            assertThat(disk.driver().stats().kicksAsked()).isEqualTo(1);
          });
    }
  }
}
