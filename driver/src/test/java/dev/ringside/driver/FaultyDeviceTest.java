package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.fault.FaultCount;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.queue.RingViolation;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The driver in front of a device that goes wrong, in real and in simulated time. */
class FaultyDeviceTest {
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final int SECTORS = 1024;
  private static final byte PATTERN = 0x5a;
  private static final long MILLISECOND = 1_000_000;

  /** The ways in which driver and device can wait, in either time. */
  record Setting(TestTime time, CompletionPolicy completion, int workers) {
    TestDisk.Builder disk(Scheduler scheduler, String plan) {
      return TestDisk.blank(SECTORS)
          .scheduler(scheduler)
          .faults(plan)
          .workers(workers)
          .driver(
              DriverSettings.DEFAULT.withCompletion(completion).withRequestTimeoutNs(timeoutNs()));
    }

    /** Long enough for a slow machine, where real time is waited. */
    long timeoutNs() {
      return switch (time) {
        case REAL -> 500 * MILLISECOND;
        case SIMULATED -> 80 * MILLISECOND;
      };
    }

    void run(String plan, BiConsumer<TestDisk, Scheduler> scenario) {
      run(plan, RecoveryPolicy.FAIL, scenario);
    }

    void run(String plan, RecoveryPolicy recovery, BiConsumer<TestDisk, Scheduler> scenario) {
      time.run(
          scheduler -> {
            DriverSettings driver =
                DriverSettings.DEFAULT
                    .withCompletion(completion)
                    .withRequestTimeoutNs(timeoutNs())
                    .withRecovery(recovery);
            TestDisk.Builder builder =
                TestDisk.blank(SECTORS)
                    .scheduler(scheduler)
                    .faults(plan)
                    .workers(workers)
                    .driver(driver);
            try (TestDisk disk = builder.start()) {
              scenario.accept(disk, scheduler);
            }
          });
    }
  }

  static List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (TestTime time : TestTime.values()) {
      for (CompletionPolicy completion : CompletionPolicy.KINDS) {
        for (int workers : new int[] {0, 2}) {
          settings.add(new Setting(time, completion, workers));
        }
      }
    }
    return settings;
  }

  static Stream<Setting> sleepingSettings() {
    return settings().stream()
        .filter(setting -> setting.completion() == CompletionPolicy.INTERRUPT);
  }

  private static BlockRequest read(TestDisk disk) {
    return new BlockRequest().read(0).segment(disk.frames().allocate(SECTOR), SECTOR);
  }

  /** As {@link TestDisk#execute}, and frees no memory: the disk is small. */
  private static BlockStatus readStatus(TestDisk disk) {
    return disk.execute(read(disk)).status();
  }

  private static List<Long> fired(TestDisk disk) {
    return disk.faults().stream().map(FaultCount::fired).toList();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void hearsOfAnErrorOfTheStorage(Setting setting) {
    setting.run(
        "read nth 2: io-error",
        (disk, scheduler) -> {
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.IO_ERROR);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(fired(disk)).containsExactly(1L);
        });
  }

  static Stream<Arguments> silentDamage() {
    Object[][] damage = {
      {"write: dropped-write", 0},
      {"write: torn-write 100", 100},
      {"write: misdirected 1", 0},
      {"read: misdirected -1", 0},
      {"read: stale-read", 0},
      {"write: bit-rot 1", SECTOR - 1},
      {"flush: lost-flush", SECTOR},
      {"write: early-flush", SECTOR}
    };
    return settings().stream()
        .flatMap(setting -> Stream.of(damage).map(rule -> Arguments.of(setting, rule[0], rule[1])));
  }

  /** Every request says that all is well; only the content tells. */
  @ParameterizedTest
  @MethodSource("silentDamage")
  void cannotSeeWhatTheStorageKeepsToItself(Setting setting, String rule, int written) {
    setting.run(
        rule,
        (disk, scheduler) -> {
          long buffer = disk.frames().allocate(SECTOR);
          disk.memory().fill(buffer, SECTOR, PATTERN);
          for (BlockRequest step :
              List.of(
                  new BlockRequest().write(5).segment(buffer, SECTOR),
                  new BlockRequest().flush(),
                  new BlockRequest().read(5).segment(buffer, SECTOR))) {
            assertThat(disk.execute(step).status()).isEqualTo(BlockStatus.OK);
          }

          int found = 0;
          for (int i = 0; i < SECTOR; i++) {
            found += disk.memory().getU8(buffer + i) == PATTERN ? 1 : 0;
          }
          assertThat(found).isEqualTo(written);
          assertThat(fired(disk)).containsExactly(1L);
        });
  }

  /** A tag is the head descriptor, and heads are taken in turn. */
  @ParameterizedTest
  @MethodSource("settings")
  void failsTheRequestOfOneTag(Setting setting) {
    setting.run(
        "read queue 0 tag 1: io-error\nread queue 1: io-error",
        (disk, scheduler) -> {
          assertThat(List.of(readStatus(disk), readStatus(disk), readStatus(disk)))
              .containsExactly(BlockStatus.OK, BlockStatus.IO_ERROR, BlockStatus.OK);
          assertThat(fired(disk)).containsExactly(1L, 0L);
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void waitsForALateRequest(Setting setting) {
    setting.run(
        "read: delay 3ms",
        (disk, scheduler) -> {
          long before = scheduler.clock().nanoTime();
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(scheduler.clock().nanoTime() - before).isGreaterThanOrEqualTo(3 * MILLISECOND);
        });
  }

  static Stream<Arguments> entriesThatNameNoChain() {
    return settings().stream()
        .flatMap(
            setting ->
                Stream.of("wrong-used-id 65535", "wrong-used-id 200", "duplicate-used")
                    .map(effect -> Arguments.of(setting, effect)));
  }

  @ParameterizedTest
  @MethodSource("entriesThatNameNoChain")
  void refusesAUsedEntryThatNamesNoChainAndGoesOnAfterAReset(Setting setting, String effect) {
    setting.run(
        "read: " + effect + " once",
        (disk, scheduler) -> {
          BlockRequest request = read(disk);
          assertThatThrownBy(
                  () -> {
                    disk.execute(request);
                    // The second of two entries can come after the first was reaped.
                    disk.driver().reap();
                  })
              .isInstanceOf(BlockDeviceException.class)
              .hasMessageContaining("heads no chain in flight");

          disk.driver().recover();

          assertThat(request.status())
              .isEqualTo(effect.startsWith("duplicate") ? BlockStatus.OK : BlockStatus.IO_ERROR);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(disk.driver().stats().recoveries()).isEqualTo(1);
          assertThat(fired(disk)).containsExactly(1L);
        });
  }

  /** The status byte says how a request ended; the length adds nothing to it. */
  @ParameterizedTest
  @MethodSource("settings")
  void doesNotBelieveALength(Setting setting) {
    setting.run(
        "read: wrong-used-length 4294967295",
        (disk, scheduler) -> {
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(fired(disk)).containsExactly(1L);
        });
  }

  /** 512 bytes of data and the status; devices of the legacy interface are known to be wrong. */
  @ParameterizedTest
  @CsvSource({
    "MMIO, 512, IO_ERROR",
    "MMIO, 0, IO_ERROR",
    "MMIO, 513, OK",
    "PCI, 512, IO_ERROR",
    "PCI, 4294967295, OK",
    "MMIO_LEGACY, 0, OK"
  })
  void doesNotTakeAReadForWholeWhoseLengthIsShort(
      Transport transport, long length, BlockStatus status) {
    for (long features : new long[] {DriverSettings.DEFAULT.features(), ~Feature.IN_ORDER.mask()}) {
      try (TestDisk disk =
          TestDisk.blank(SECTORS)
              .transport(transport)
              .driver(DriverSettings.DEFAULT.withFeatures(features))
              .faults("any: wrong-used-length " + length)
              .start()) {
        assertThat(readStatus(disk)).isEqualTo(status);
        // Nothing is read by these.
        assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void namesTheRequestsThatDoNotEnd(Setting setting) {
    setting.run(
        "read: stuck once",
        (disk, scheduler) -> {
          BlockRequest request = read(disk);
          assertThatThrownBy(() -> disk.execute(request))
              .isInstanceOf(BlockDeviceException.class)
              .hasMessageContaining(
                  "1 requests have not ended within %d ns: READ sector 0", setting.timeoutNs());
          assertThat(disk.driver().inFlight()).isEqualTo(1);

          disk.driver().recover();

          assertThat(disk.driver().inFlight()).isZero();
          assertThat(request.status()).isEqualTo(BlockStatus.IO_ERROR);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(fired(disk)).containsExactly(1L);
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void submitsAgainWhatDidNotEnd(Setting setting) {
    setting.run(
        "read: stuck once",
        RecoveryPolicy.RESUBMIT,
        (disk, scheduler) -> {
          BlockRequest request = read(disk);
          assertThatThrownBy(() -> disk.execute(request)).isInstanceOf(BlockDeviceException.class);

          disk.driver().recover();
          while (request.isInFlight()) {
            disk.driver().await();
            disk.driver().reap();
          }

          assertThat(request.status()).isEqualTo(BlockStatus.OK);
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void noticesThatTheDeviceHearsNoKicks(Setting setting) {
    setting.run(
        "kick: lost-kick",
        (disk, scheduler) -> {
          // The device finds what it looks for of itself: when it starts, and when a worker ends.
          assertThatThrownBy(
                  () -> {
                    for (int i = 0; i < 1000; i++) {
                      readStatus(disk);
                    }
                  })
              .hasMessageContaining("1 requests have not ended");
          assertThat(fired(disk).getFirst()).isPositive();
        });
  }

  /** Completions of other requests do not hide the one that is stuck. */
  @ParameterizedTest
  @FieldSource("dev.ringside.driver.CompletionPolicy#KINDS")
  void findsAStuckRequestAmongOthersThatEnd(CompletionPolicy completion) {
    Setting setting = new Setting(TestTime.SIMULATED, completion, 2);
    setting.run(
        "read nth 1: stuck\nread: delay 1ms",
        (disk, scheduler) -> {
          long timeout = setting.timeoutNs();
          disk.driver().submit(read(disk));
          long before = scheduler.clock().nanoTime();
          assertThatThrownBy(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      readStatus(disk);
                    }
                  })
              .hasMessageContaining("1 requests have not ended");
          // At most a quarter of the timeout late, and the request that the look had to wait for.
          assertThat(scheduler.clock().nanoTime() - before)
              .isBetween(timeout, timeout + timeout / 4 + 2 * MILLISECOND);
        });
  }

  @ParameterizedTest
  @MethodSource("sleepingSettings")
  void findsACompletionWhoseInterruptIsLost(Setting setting) {
    setting.run(
        "interrupt: lost-interrupt\nread: delay 5ms",
        (disk, scheduler) -> {
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          long lost = disk.driver().stats().lostInterrupts();
          if (setting.time() == TestTime.SIMULATED) {
            assertThat(fired(disk)).containsExactly(2L, 2L);
            assertThat(lost).isEqualTo(2);
          } else {
            // The device may be done before the driver sleeps.
            assertThat(lost).isLessThanOrEqualTo(fired(disk).getFirst());
          }
        });
  }

  @ParameterizedTest
  @MethodSource("sleepingSettings")
  void goesOnSleepingAfterAnInterruptForNothing(Setting setting) {
    setting.run(
        "any: spurious-interrupt\nread: delay 2ms",
        (disk, scheduler) -> {
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
          assertThat(fired(disk).getFirst()).isGreaterThanOrEqualTo(2);
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void outlivesAKickThatComesLate(Setting setting) {
    setting.run(
        "kick: delayed-kick 3ms",
        (disk, scheduler) -> {
          // The device asks for a kick once it has found nothing to do.
          BlockStatus status = readStatus(disk);
          assertThat(status).isEqualTo(BlockStatus.OK);
          if (setting.time() == TestTime.SIMULATED) {
            assertThat(fired(disk)).containsExactly(1L);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void bringsADeviceThatNeedsAResetUpAgain(Setting setting) {
    setting.run(
        "read: stuck",
        (disk, scheduler) -> {
          BlockRequest first = read(disk);
          BlockRequest unpublished = read(disk);
          disk.driver().submit(first);
          disk.driver().kick();
          disk.driver().submit(unpublished);
          disk.function()
              .fail(new RingViolationException(RingViolation.CHAIN_TOO_LONG, "for a test"));
          assertThatThrownBy(() -> disk.driver().await()).hasMessageContaining("needs a reset");

          disk.driver().recover();

          assertThat(List.of(first.status(), unpublished.status()))
              .containsOnly(BlockStatus.IO_ERROR);
          assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
        });
  }

  /** Recovering again and again takes no more memory than once. */
  @ParameterizedTest
  @EnumSource(TestTime.class)
  void givesTheMemoryOfTheOldRingBack(TestTime time) {
    new Setting(time, CompletionPolicy.INTERRUPT, 0)
        .run(
            "",
            (disk, scheduler) -> {
              disk.driver().recover();
              long free = disk.frames().freeBytes();
              for (int i = 0; i < 10; i++) {
                disk.driver().recover();
              }
              assertThat(disk.frames().freeBytes()).isEqualTo(free);
              assertThat(readStatus(disk)).isEqualTo(BlockStatus.OK);
            });
  }
}
