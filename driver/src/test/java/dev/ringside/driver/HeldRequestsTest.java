package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of requests that the driver holds, in the ring, gathered before it or shared with
 * other tasks, when a device goes wrong in one exact way.
 */
class HeldRequestsTest {
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final long MILLISECOND = 1_000_000;
  private static final long TIMEOUT = 80 * MILLISECOND;

  private static DriverSettings settings(boolean packed) {
    return DriverSettings.DEFAULT.withFeatures(
        ~(Feature.IN_ORDER.mask() | (packed ? 0 : Feature.RING_PACKED.mask())));
  }

  private static void run(
      DriverSettings driver, String plan, BiConsumer<TestDisk, Scheduler> scenario) {
    run(Transport.PCI, driver, plan, scenario);
  }

  private static void run(
      Transport transport,
      DriverSettings driver,
      String plan,
      BiConsumer<TestDisk, Scheduler> scenario) {
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.blank(1024)
                  .scheduler(scheduler)
                  .transport(transport)
                  .driver(driver)
                  .faults(plan)
                  .start()) {
            scenario.accept(disk, scheduler);
          }
        });
  }

  /** Reads that count their ends. */
  private static final class Reads {
    private final List<BlockRequest> requests = new ArrayList<>();
    private final int[] ends;

    /** Reads of so many sectors, each of one, from sector 0 on, with gaps. */
    Reads(FrameAllocator frames, int count) {
      this(frames, 0, count);
    }

    Reads(FrameAllocator frames, long sector, int count) {
      ends = new int[count];
      for (int i = 0; i < count; i++) {
        int place = i;
        requests.add(
            new BlockRequest()
                .read(sector + 2L * place)
                .segment(frames.allocate(SECTOR), SECTOR)
                .onCompletion(ended -> ends[place]++));
      }
    }

    void submitTo(BlockDevice device) {
      requests.forEach(request -> assertThat(device.submit(request)).isTrue());
    }

    List<BlockStatus> statuses() {
      return requests.stream().map(BlockRequest::status).toList();
    }

    void assertEndedOnce() {
      assertThat(ends).containsOnly(1);
    }
  }

  private static void finish(BlockDevice device) {
    while (device.inFlight() > 0) {
      device.await();
      device.reap();
    }
  }

  /** Chains have the numbers of their slots, which are taken in turn. */
  private static final String FIRST_USED_AS_SECOND =
      "read nth 1: wrong-used-id 1\nread nth 2: stuck";

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsARequestThatComesBackWithoutAStatus(boolean packed) {
    run(
        settings(packed).withRecovery(RecoveryPolicy.RESUBMIT),
        FIRST_USED_AS_SECOND,
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 2);
          reads.submitTo(disk.driver());
          disk.driver().kick();

          assertThatThrownBy(() -> finish(disk.driver()))
              .isInstanceOf(BlockDeviceException.class)
              .hasMessageContaining("without a status: READ sector 2");
          assertThat(reads.requests).allMatch(BlockRequest::isInFlight);
          assertThat(disk.driver().inFlight()).isEqualTo(2);

          disk.driver().recover();
          finish(disk.driver());
          assertThat(reads.statuses()).containsOnly(BlockStatus.OK);
          reads.assertEndedOnce();
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void submitsARequestThatComesBackWithoutAStatusOnceMore(boolean packed) {
    run(
        settings(packed).withRecovery(RecoveryPolicy.RESUBMIT).withErrors(ErrorHandling.ON),
        FIRST_USED_AS_SECOND,
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 2);
          reads.submitTo(disk.driver());
          disk.driver().kick();
          finish(disk.driver());

          assertThat(reads.statuses()).containsOnly(BlockStatus.OK);
          reads.assertEndedOnce();
          assertThat(reads.requests).allMatch(read -> read.reissues() == 1 && read.retries() == 0);
          assertThat(disk.driver().stats().recoveries()).isEqualTo(1);
          assertThat(disk.driver().stats().reissues()).isEqualTo(2);
        });
  }

  /** The second time, the id names nothing that the device has. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesAnIdThatComesTwice(boolean packed) {
    run(
        settings(packed),
        "read sectors 0: duplicate-used",
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 2);
          reads.submitTo(disk.driver());
          disk.driver().kick();

          assertThatThrownBy(() -> finish(disk.driver()))
              .isInstanceOf(BlockDeviceException.class)
              .hasMessageContaining("no chain in flight");
          assertThat(reads.ends).containsExactly(1, 0);
        });
  }

  /** What came before the nonsense has ended, and is counted. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsWhatTheDeviceAnsweredBeforeItAnsweredNonsense(boolean packed) {
    run(
        settings(packed),
        "read nth 3: wrong-used-id 60000",
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 3);
          reads.submitTo(disk.driver());
          disk.driver().kick();

          assertThatThrownBy(() -> finish(disk.driver())).isInstanceOf(BlockDeviceException.class);
          assertThat(reads.ends).containsExactly(1, 1, 0);
          assertThat(disk.driver().stats().completions()).isEqualTo(2);
          assertThat(disk.driver().inFlight()).isEqualTo(1);
        });
  }

  static Stream<Arguments> batchesAndRecoveries() {
    return Stream.of(
            BatchPolicy.onLast(),
            BatchPolicy.every(50),
            BatchPolicy.plug(BatchPolicy.Plug.LINUX_LIMIT),
            BatchPolicy.adaptive(50),
            BatchPolicy.countOrTime(50, 1000 * MILLISECOND))
        .flatMap(
            batching ->
                Stream.of(RecoveryPolicy.values())
                    .flatMap(
                        recovery ->
                            Stream.of(ErrorHandling.OFF, ErrorHandling.ON)
                                .map(errors -> Arguments.of(batching, recovery, errors))));
  }

  /** One request is stuck in the device, and four are not announced. */
  @ParameterizedTest
  @MethodSource("batchesAndRecoveries")
  void losesNothingThatWasNotAnnouncedBeforeAReset(
      BatchPolicy batching, RecoveryPolicy recovery, ErrorHandling errors) {
    run(
        settings(false).withBatching(batching).withRecovery(recovery).withErrors(errors),
        "read: stuck once",
        (disk, scheduler) -> {
          Reads first = new Reads(disk.frames(), 1);
          first.submitTo(disk.driver());
          disk.driver().kick();
          scheduler.sleep(MILLISECOND);
          // A plug writes what it has gathered into the ring before a flush, so that comes first.
          BlockRequest flush = new BlockRequest().flush();
          disk.driver().submit(flush);
          Reads held = new Reads(disk.frames(), 4);
          held.submitTo(disk.driver());
          assertThat(disk.driver().inFlight()).isEqualTo(6);
          disk.function()
              .fail(new RingViolationException(RingViolation.CHAIN_TOO_LONG, "for a test"));

          disk.driver().recover();
          finish(disk.driver());

          BlockStatus expected =
              switch (recovery) {
                case FAIL -> BlockStatus.IO_ERROR;
                case RESUBMIT -> BlockStatus.OK;
              };
          assertThat(first.statuses()).containsOnly(expected);
          assertThat(held.statuses()).containsOnly(expected);
          assertThat(flush.status()).isEqualTo(expected);
          first.assertEndedOnce();
          held.assertEndedOnce();
          Reads later = new Reads(disk.frames(), 3);
          later.submitTo(disk.driver());
          finish(disk.driver());
          assertThat(later.statuses()).containsOnly(BlockStatus.OK);
        });
  }

  /** A ring of which all was taken says nothing more, even when no other takes its place. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsEachRequestOnceWhenThereIsNoMemoryForAnotherRing(boolean packed) {
    run(
        settings(packed).withRecovery(RecoveryPolicy.RESUBMIT).withErrors(ErrorHandling.ON),
        """
        read sectors 0: wrong-used-id 1
        read sectors 2: stuck
        read sectors 4: wrong-used-id 3
        read sectors 6: stuck
        """,
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 5);
          reads.submitTo(disk.driver());
          takeAll(disk.frames());
          disk.driver().kick();
          finish(disk.driver());

          assertThat(reads.statuses()).containsOnly(BlockStatus.IO_ERROR);
          reads.assertEndedOnce();
        });
  }

  private static void takeAll(FrameAllocator frames) {
    long size = frames.freeBytes();
    while (size >= SECTOR) {
      try {
        frames.allocate(size);
      } catch (GuestOutOfMemoryException tooMuch) {
        size /= 2;
      }
    }
  }

  static Stream<BatchPolicy> patientBatches() {
    return Stream.of(
        BatchPolicy.onLast(), BatchPolicy.plug(8), BatchPolicy.countOrTime(50, 3 * TIMEOUT));
  }

  /** What the driver itself holds back is not stuck in the device. */
  @ParameterizedTest
  @MethodSource("patientBatches")
  void countsATimeoutFromTheAnnouncement(BatchPolicy batching) {
    run(
        settings(false)
            .withBatching(batching)
            .withRequestTimeoutNs(TIMEOUT)
            .withErrors(ErrorHandling.ON),
        "read sectors 0: delay 50ms once\nread sectors 100: stuck once",
        (disk, scheduler) -> {
          Reads reads = new Reads(disk.frames(), 2);
          reads.submitTo(disk.driver());
          if (!(batching instanceof BatchPolicy.CountOrTime)) {
            scheduler.sleep(3 * TIMEOUT);
            disk.driver().kick();
          }
          finish(disk.driver());
          assertThat(reads.statuses()).containsOnly(BlockStatus.OK);
          assertThat(reads.requests.getFirst().completedAt()).isGreaterThan(3 * TIMEOUT);
          assertThat(disk.driver().stats().recoveries()).isZero();

          Reads stuck = new Reads(disk.frames(), 100, 1);
          stuck.submitTo(disk.driver());
          disk.driver().kick();
          finish(disk.driver());
          assertThat(disk.driver().stats().recoveries()).isEqualTo(1);
        });
  }

  /** Which waits never end by themselves when a task's reap takes the ring away. */
  static Stream<Arguments> sharedQueues() {
    return Stream.of(Transport.values())
        .flatMap(
            transport ->
                CompletionPolicy.KINDS.stream()
                    .flatMap(
                        completion ->
                            Stream.of(RecoveryPolicy.values())
                                .flatMap(
                                    recovery ->
                                        Stream.of(0L, Feature.RING_RESET.mask())
                                            .map(
                                                without ->
                                                    Arguments.of(
                                                        transport,
                                                        completion,
                                                        recovery,
                                                        without)))));
  }

  /**
   * One task sleeps for a request that is stuck; no interrupt comes. Another one's reap finds
   * nonsense, and resets the queue or the device.
   */
  @ParameterizedTest
  @MethodSource("sharedQueues")
  void wakesTheTaskThatWaitsOnASharedQueueWhenAnotherOneResetsIt(
      Transport transport, CompletionPolicy completion, RecoveryPolicy recovery, long without) {
    DriverSettings settings = settings(false);
    run(
        transport,
        settings
            .withFeatures(settings.features() & ~without)
            .withCompletion(completion)
            .withRecovery(recovery)
            .withErrors(ErrorHandling.ON),
        """
        read sectors 0: stuck once
        read sectors 100: wrong-used-id 60000 once
        interrupt: lost-interrupt once
        """,
        (disk, scheduler) -> {
          QueueMap map = QueueMap.of(disk.driver(), 2);
          Reads stuck = new Reads(disk.frames(), 1);
          Task sleeper =
              scheduler.start(
                  "sleeper",
                  () -> {
                    stuck.submitTo(map.device(0));
                    map.device(0).kick();
                    finish(map.device(0));
                  });
          scheduler.sleep(MILLISECOND);
          Reads nonsense = new Reads(disk.frames(), 100, 1);
          nonsense.submitTo(map.device(1));
          map.device(1).kick();
          scheduler.sleep(MILLISECOND);
          map.device(1).reap();
          sleeper.join();
          finish(map.device(1));

          BlockStatus expected =
              switch (recovery) {
                case FAIL -> BlockStatus.IO_ERROR;
                case RESUBMIT -> BlockStatus.OK;
              };
          assertThat(stuck.statuses()).containsExactly(expected);
          assertThat(nonsense.statuses()).containsExactly(expected);
          stuck.assertEndedOnce();
          nonsense.assertEndedOnce();
          assertThat(disk.driver().stats().recoveries()).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource(RecoveryPolicy.class)
  void handlesErrorsInAWaitWithAnEnd(RecoveryPolicy recovery) {
    run(
        settings(false)
            .withRecovery(recovery)
            .withRequestTimeoutNs(TIMEOUT)
            .withErrors(ErrorHandling.ON),
        "read sectors 0: io-error once\nread sectors 100: stuck once",
        (disk, scheduler) -> {
          DiskQueue queue = disk.driver().queues().getFirst();
          // The first read is tried again after its backoff; the second one's timeout ends it.
          for (int sector : new int[] {0, 100}) {
            boolean fails = sector == 100 && recovery == RecoveryPolicy.FAIL;
            Reads reads = new Reads(disk.frames(), sector, 1);
            reads.submitTo(queue);
            queue.kick();
            long end = scheduler.clock().nanoTime() + 1000 * MILLISECOND;
            while (queue.inFlight() > 0) {
              queue.await(end);
              queue.reap();
            }
            assertThat(reads.statuses())
                .containsExactly(fails ? BlockStatus.IO_ERROR : BlockStatus.OK);
            assertThat(scheduler.clock().nanoTime()).isLessThan(end);
          }
          assertThat(queue.stats().retries()).isEqualTo(1);
          assertThat(queue.stats().recoveries()).isEqualTo(1);
        });
  }
}
