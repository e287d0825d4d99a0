package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.RecordingStorage;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.fault.FaultCount;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A driver that handles errors by itself, in front of a device that breaks down as a whole. */
class BrokenDeviceTest {
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final long MILLISECOND = 1_000_000;
  private static final long TIMEOUT = 80 * MILLISECOND;

  record Setting(
      Transport transport, CompletionPolicy completion, RecoveryPolicy recovery, boolean timeout) {
    DriverSettings driver() {
      return DriverSettings.DEFAULT
          .withCompletion(completion)
          .withRecovery(recovery)
          .withRequestTimeoutNs(timeout ? TIMEOUT : 0)
          .withErrors(ErrorHandling.ON);
    }

    void run(int queues, String plan, BiConsumer<TestDisk, SimulatedScheduler> scenario) {
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
      scheduler.run(
          () -> {
            try (TestDisk disk =
                TestDisk.blank(1024)
                    .scheduler(scheduler)
                    .transport(transport)
                    .driver(driver())
                    .queues(queues)
                    .faults(plan)
                    .start()) {
              scenario.accept(disk, scheduler);
            }
          });
    }
  }

  static Stream<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (Transport transport : Transport.values()) {
      for (CompletionPolicy completion :
          List.of(CompletionPolicy.SPIN, CompletionPolicy.INTERRUPT)) {
        for (RecoveryPolicy recovery : RecoveryPolicy.values()) {
          settings.add(new Setting(transport, completion, recovery, true));
          settings.add(new Setting(transport, completion, recovery, false));
        }
      }
    }
    return settings.stream();
  }

  static Stream<Setting> resubmittingSettings() {
    return settings().filter(s -> s.recovery() == RecoveryPolicy.RESUBMIT && s.timeout());
  }

  private static BlockRequest read(TestDisk disk, long sector) {
    return new BlockRequest().read(sector).segment(disk.frames().allocate(SECTOR), SECTOR);
  }

  private static BlockRequest execute(DiskQueue queue, BlockRequest request) {
    queue.submit(request);
    queue.kick();
    while (request.isInFlight()) {
      queue.await();
      queue.reap();
    }
    return request;
  }

  private static void breakDown(TestDisk disk) {
    disk.function().fail(new RingViolationException(RingViolation.CHAIN_TOO_LONG, "for a test"));
  }

  /**
   * Every queue has a request that is stuck, and a task that sleeps or spins; the last queue's task
   * breaks the device.
   */
  @ParameterizedTest
  @MethodSource("settings")
  void wakesTheTasksOfAllQueues(Setting setting) {
    setting.run(
        3,
        "read sectors 0: stuck once\nread sectors 1: stuck once\nread sectors 2: stuck once",
        (disk, scheduler) -> {
          List<Task> tasks = new ArrayList<>();
          List<BlockRequest> requests = new ArrayList<>();
          for (DiskQueue queue : disk.driver().queues()) {
            BlockRequest stuck = read(disk, queue.number());
            requests.add(stuck);
            tasks.add(scheduler.start("guest-" + queue.number(), () -> execute(queue, stuck)));
          }
          scheduler.sleep(MILLISECOND);
          breakDown(disk);
          tasks.forEach(Task::join);

          BlockStatus expected =
              switch (setting.recovery()) {
                case FAIL -> BlockStatus.IO_ERROR;
                case RESUBMIT -> BlockStatus.OK;
              };
          assertThat(requests).allSatisfy(one -> assertThat(one.status()).isEqualTo(expected));
          for (DiskQueue queue : disk.driver().queues()) {
            assertThat(execute(queue, read(disk, 5)).status()).isEqualTo(BlockStatus.OK);
            assertThat(queue.stats().recoveries()).isPositive();
          }
        });
  }

  /** A device that goes away answers nothing, and no reset either. */
  @ParameterizedTest
  @MethodSource("settings")
  void givesUpADeviceThatIsGone(Setting setting) {
    if (!setting.timeout()) {
      return;
    }
    setting.run(
        1,
        "read: stuck",
        (disk, scheduler) -> {
          DiskQueue queue = disk.driver().queues().getFirst();
          BlockRequest lost = read(disk, 1);
          queue.submit(lost);
          queue.kick();
          scheduler.sleep(MILLISECOND);
          disk.unplug();
          while (lost.isInFlight()) {
            queue.await();
            queue.reap();
          }

          assertThat(lost.status()).isEqualTo(BlockStatus.IO_ERROR);
          assertThatThrownBy(() -> queue.submit(read(disk, 1)))
              .isInstanceOf(BlockDeviceException.class)
              .hasMessageContaining("cannot be used any more");
          assertThat(queue.inFlight()).isZero();
          disk.driver().close();
        });
  }

  /** A request that breaks the device every time ends at the limit; those beside it do not. */
  @ParameterizedTest
  @MethodSource("resubmittingSettings")
  void endsTheRequestThatKillsTheDevice(Setting setting) {
    setting.run(
        1,
        "read sectors 7: wrong-used-id 60000\nany: delay 1us",
        (disk, scheduler) -> {
          DiskQueue queue = disk.driver().queues().getFirst();
          List<BlockRequest> requests = new ArrayList<>();
          for (int sector = 0; sector < 16; sector++) {
            requests.add(read(disk, sector));
            assertThat(queue.submit(requests.getLast())).isTrue();
          }
          queue.kick();
          while (queue.inFlight() > 0) {
            queue.await();
            queue.reap();
          }

          for (BlockRequest request : requests) {
            assertThat(request.status())
                .isEqualTo(request.sector() == 7 ? BlockStatus.IO_ERROR : BlockStatus.OK);
          }
          assertThat(requests.get(7).reissues()).isEqualTo(ErrorHandling.ON.reissueLimit() + 1);
          assertThat(queue.stats().givenUp()).isEqualTo(1);
          assertThat(execute(queue, read(disk, 8)).status()).isEqualTo(BlockStatus.OK);
        });
  }

  /** The reset of one queue is enough for what went wrong on it; the others do not notice. */
  @Test
  void resetsNoMoreThanTheQueueWhereThatIsEnough() {
    Setting setting =
        new Setting(Transport.PCI, CompletionPolicy.INTERRUPT, RecoveryPolicy.RESUBMIT, true);
    setting.run(
        2,
        "read queue 0 nth 1: stuck",
        (disk, scheduler) -> {
          assertThat(Feature.RING_RESET.isIn(disk.driver().features())).isTrue();
          DiskQueue broken = disk.driver().queues().get(0);
          DiskQueue other = disk.driver().queues().get(1);
          assertThat(execute(broken, read(disk, 1)).status()).isEqualTo(BlockStatus.OK);
          assertThat(execute(other, read(disk, 1)).status()).isEqualTo(BlockStatus.OK);
          assertThat(broken.stats().recoveries()).isEqualTo(1);
          assertThat(other.stats().recoveries()).isZero();
        });
  }

  /** A notification that was lost costs a quarter of the timeout, and no reset. */
  @Test
  void notifiesOnceMoreBeforeItResets() {
    new Setting(Transport.MMIO, CompletionPolicy.INTERRUPT, RecoveryPolicy.FAIL, true)
        .run(
            1,
            "kick nth 1: lost-kick",
            (disk, scheduler) -> {
              DiskQueue queue = disk.driver().queues().getFirst();
              BlockRequest request = execute(queue, read(disk, 1));
              assertThat(disk.faults().stream().map(FaultCount::fired)).containsExactly(1L);
              assertThat(request.status()).isEqualTo(BlockStatus.OK);
              assertThat(request.completedAt() - request.submittedAt()).isEqualTo(TIMEOUT / 4);
              assertThat(queue.stats().repeatedKicks()).isEqualTo(1);
              assertThat(queue.stats().recoveries()).isZero();
            });
  }

  /** A configuration that changes all the time keeps nobody from noticing what is stuck. */
  @ParameterizedTest
  @MethodSource("resubmittingSettings")
  void outlivesAStormOfConfigurationChanges(Setting setting) {
    setting.run(
        1,
        "read nth 1: stuck",
        (disk, scheduler) -> {
          DiskQueue queue = disk.driver().queues().getFirst();
          Task storm =
              scheduler.start(
                  "storm",
                  () -> {
                    for (int i = 0; i < 500; i++) {
                      resize(disk, 1024 + i % 2 * 8);
                      scheduler.sleep(MILLISECOND);
                    }
                  });
          assertThat(execute(queue, read(disk, 1)).status()).isEqualTo(BlockStatus.OK);
          storm.join();
          assertThat(queue.stats().recoveries()).isEqualTo(1);
        });
  }

  private static void resize(TestDisk disk, long sectors) {
    try {
      disk.device().resize(disk.function(), sectors);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A request is stamped when its owner submitted it, however often it went out. */
  @Test
  void waitsLongerBeforeEachTry() {
    new Setting(Transport.PCI, CompletionPolicy.INTERRUPT, RecoveryPolicy.FAIL, true)
        .run(
            1,
            "read: io-error",
            (disk, scheduler) -> {
              DiskQueue queue = disk.driver().queues().getFirst();
              BlockRequest request = execute(queue, read(disk, 1));
              assertThat(request.status()).isEqualTo(BlockStatus.IO_ERROR);
              assertThat(request.retries()).isEqualTo(3);
              assertThat(request.completedAt() - request.submittedAt()).isEqualTo(700_000);
              assertThat(queue.stats().retries()).isEqualTo(3);
            });
  }

  /** What a defect leaves behind of the device is gone after its reset, though that fails. */
  @Test
  void isResetAsAWholeThoughOneOfItsTasksHasFailed() {
    RecordingStorage storage = new RecordingStorage(64);
    storage.fail(
        call -> {
          throw new IllegalStateException("a defect");
        });
    try (TestDisk disk = TestDisk.over(storage).queues(2).start()) {
      BlockRequest request = read(disk, 1);
      disk.driver().submit(request);
      disk.driver().kick();
      assertThatThrownBy(() -> disk.driver().await()).hasMessageContaining("needs a reset");
      storage.fail(call -> false);

      assertThatThrownBy(() -> disk.driver().recover())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("failed");
      assertThat(disk.function().status()).isZero();

      disk.driver().recover();
      assertThat(request.status()).isEqualTo(BlockStatus.IO_ERROR);
      for (DiskQueue queue : disk.driver().queues()) {
        assertThat(execute(queue, read(disk, 1)).status()).isEqualTo(BlockStatus.OK);
      }
    }
  }

  @Test
  void closesOnce() {
    try (TestDisk disk = TestDisk.blank(8).start()) {
      disk.driver().close();
      long free = disk.frames().freeBytes();
      disk.driver().close();
      assertThat(disk.frames().freeBytes()).isEqualTo(free);
    }
  }
}
