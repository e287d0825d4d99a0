package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.storage.ServiceModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A device whose disk takes time, with and without workers, asleep or polling. */
class ServiceTimeTest {
  private static final long MICROSECOND = 1000;
  private static final int SECTORS = 1024;

  private static BlkSettings device(int workers, WaitPolicy waiting, String model) {
    return BlkSettings.DEFAULT.withService(
        BlkSettings.DEFAULT
            .service()
            .withWorkers(workers)
            .withWaiting(waiting)
            .withModel(ServiceModel.parse(model)));
  }

  /** When the device ends each of some reads that are submitted together, in microseconds. */
  private static List<Long> ends(int requests, UnaryOperator<TestDisk.Builder> setup) {
    List<Long> times = new ArrayList<>();
    TestTime.SIMULATED.run(
        scheduler -> {
          EventLog events = EventLog.recording(scheduler.clock());
          TestDisk.Builder builder = TestDisk.blank(SECTORS).scheduler(scheduler).events(events);
          try (TestDisk disk = setup.apply(builder).start()) {
            read(disk, requests);
            finish(disk);
          }
          events.events().stream()
              .filter(event -> event.type() == EventType.END_SERVICE)
              .forEach(event -> times.add(event.time() / MICROSECOND));
        });
    return times;
  }

  private static void read(TestDisk disk, int requests) {
    List<DiskQueue> queues = disk.driver().queues();
    for (int i = 0; i < requests; i++) {
      DiskQueue queue = queues.get(i % queues.size());
      long buffer = queue.frames().allocate(4096);
      assertThat(queue.submit(new BlockRequest().read(8L * i).segment(buffer, 4096))).isTrue();
    }
    queues.forEach(DiskQueue::kick);
  }

  private static void finish(TestDisk disk) {
    for (DiskQueue queue : disk.driver().queues()) {
      while (queue.inFlight() > 0) {
        queue.await();
        queue.reap();
      }
    }
  }

  static Stream<WaitPolicy> waits() {
    return Stream.of(WaitPolicy.sleep(), WaitPolicy.poll(), WaitPolicy.adaptive(15 * MICROSECOND));
  }

  @ParameterizedTest
  @MethodSource("waits")
  void servesOneAfterTheOtherWithoutWorkers(WaitPolicy waiting) {
    assertThat(ends(4, disk -> disk.device(device(0, waiting, "constant:10us"))))
        .containsExactly(10L, 20L, 30L, 40L);
  }

  @ParameterizedTest
  @MethodSource("waits")
  void servesAsManyAtOnceAsTheDiskHasUnits(WaitPolicy waiting) {
    assertThat(ends(5, disk -> disk.device(device(0, waiting, "constant:10us x2"))))
        .containsExactly(10L, 10L, 20L, 20L, 30L);
    assertThat(ends(5, disk -> disk.device(device(4, waiting, "constant:10us x2"))))
        .containsExactly(10L, 10L, 20L, 20L, 30L);
  }

  @Test
  void servesOneForEachWorkerWhenTheModelDoesNotSay() {
    assertThat(ends(5, disk -> disk.device(device(2, WaitPolicy.sleep(), "constant:10us"))))
        .containsExactly(10L, 10L, 20L, 20L, 30L);
  }

  @Test
  void sharesTheUnitsAmongQueues() {
    List<Long> times =
        ends(6, disk -> disk.device(device(0, WaitPolicy.sleep(), "constant:10us x2")).queues(3));

    assertThat(times).containsExactly(10L, 10L, 20L, 20L, 30L, 30L);
  }

  /** How long a late core makes it take is not said; less than the disk needs is wrong. */
  @ParameterizedTest
  @MethodSource("waits")
  void takesItsTimeAtFullSpeed(WaitPolicy waiting) {
    TestTime.REAL.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(SECTORS)
                  .scheduler(scheduler)
                  .device(device(0, waiting, "constant:200us x2"))
                  .start()) {
            long start = scheduler.clock().nanoTime();
            read(disk, 5);
            finish(disk);
            assertThat(scheduler.clock().nanoTime() - start)
                .isGreaterThanOrEqualTo(600 * MICROSECOND);
          }
        });
  }

  @Test
  void takesLongerForMoreData() {
    assertThat(
            ends(
                2,
                disk ->
                    disk.device(device(0, WaitPolicy.sleep(), "operations:read=size:1us+1us/KiB"))))
        .containsExactly(5L, 10L);
  }

  /** What a device had when it was saved is served by the one that goes on, and nothing twice. */
  @ParameterizedTest
  @MethodSource("waits")
  void isSavedInTheMiddle(WaitPolicy waiting) {
    TestTime.SIMULATED.run(
        scheduler -> {
          BlkSettings settings = device(0, waiting, "constant:10us x2");
          try (TestDisk disk =
              TestDisk.blank(SECTORS).scheduler(scheduler).device(settings).start()) {
            read(disk, 5);
            scheduler.spend(15 * MICROSECOND);
            disk.replaceDevice(settings);
            disk.finish();
            assertThat(disk.driver().inFlight()).isZero();
            assertThat(scheduler.clock().nanoTime()).isEqualTo(35 * MICROSECOND);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("waits")
  void isResetInTheMiddle(WaitPolicy waiting) {
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(SECTORS)
                  .scheduler(scheduler)
                  .device(device(0, waiting, "constant:10us x2"))
                  .start()) {
            read(disk, 5);
            scheduler.spend(15 * MICROSECOND);
          }
          assertThat(scheduler.clock().nanoTime()).isEqualTo(15 * MICROSECOND);
        });
  }
}
