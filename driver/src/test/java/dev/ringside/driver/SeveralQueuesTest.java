package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.blk.WaitPolicy;
import dev.ringside.blk.WorkerMapping;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import dev.ringside.virtio.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several tasks of a guest, each with a request queue of its own. */
class SeveralQueuesTest {
  private static final int QUEUES = 3;
  private static final int SECTOR = BlockLimits.SECTOR_SIZE;
  private static final int QUEUE_SECTORS = 256;

  /** Behind the sectors of the queues, one whose readers wait for ever. */
  private static final int STUCK_SECTOR = QUEUES * QUEUE_SECTORS;

  private static final String STUCK = "read sectors %d: stuck".formatted(STUCK_SECTOR);
  private static final long PACKED = Feature.RING_PACKED.mask();

  /** Whose workers process the requests of which queue. */
  record Workers(int count, WorkerMapping mapping) {
    static final Workers TWO = new Workers(2, WorkerMapping.shared());
    static final List<Workers> ALL =
        List.of(
            new Workers(0, WorkerMapping.shared()),
            TWO,
            new Workers(2, new WorkerMapping.RoundRobin()),
            new Workers(5, new WorkerMapping.RoundRobin()),
            new Workers(2, new WorkerMapping.Explicit(List.of(1, 0, 1))));

    BlkSettings settings() {
      return BlkSettings.DEFAULT
          .withQueues(QUEUES)
          .withService(ServiceSettings.DEFAULT.withWorkers(count).withMapping(mapping));
    }
  }

  /** A way to attach the device, and to wait for it. */
  record Setting(TestTime time, Transport transport, CompletionPolicy completion, boolean packed) {
    TestDisk.Builder disk(Scheduler scheduler) {
      return TestDisk.blank(STUCK_SECTOR + 1)
          .scheduler(scheduler)
          .transport(transport)
          .driver(driver())
          .queues(QUEUES);
    }

    DriverSettings driver() {
      return DriverSettings.DEFAULT
          .withCompletion(completion)
          .withFeatures(packed ? DriverSettings.ALL_FEATURES : ~PACKED);
    }

    /** What the tests of a running device need: the rings of the legacy interface are split. */
    boolean exists() {
      return transport != Transport.MMIO_LEGACY || !packed;
    }

    boolean isLegacy() {
      return transport == Transport.MMIO_LEGACY;
    }
  }

  static Stream<Setting> settings() {
    return Stream.of(TestTime.values())
        .flatMap(
            time ->
                Stream.of(Transport.values())
                    .flatMap(
                        transport ->
                            CompletionPolicy.KINDS.stream()
                                .flatMap(
                                    completion ->
                                        Stream.of(false, true)
                                            .map(
                                                packed ->
                                                    new Setting(
                                                        time, transport, completion, packed)))))
        .filter(Setting::exists);
  }

  static Stream<Setting> settingsWithQueueReset() {
    return settings().filter(setting -> !setting.isLegacy());
  }

  static Stream<Arguments> settingsAndWorkers() {
    return settings()
        .flatMap(setting -> Workers.ALL.stream().map(workers -> Arguments.of(setting, workers)));
  }

  /**
   * Runs a body for each queue, as a task of its own, and returns when all have ended; the first
   * failure fails the test.
   */
  private static void onEveryQueue(
      Scheduler scheduler, VirtioBlkDriver driver, Consumer<DiskQueue> body) {
    List<Task> tasks = new ArrayList<>();
    for (DiskQueue queue : driver.queues()) {
      tasks.add(scheduler.start("guest-" + queue.number(), () -> body.accept(queue)));
    }
    tasks.forEach(Task::join);
  }

  /** A task of the guest with sectors of its own, which it writes and reads back in batches. */
  private static final class Writer {
    private static final int MOST = 8;

    private final DiskQueue queue;
    private final long buffer;
    private final int[] completions = new int[MOST];
    private final List<BlockRequest> requests;
    private long submitted;
    private long reaped;

    Writer(DiskQueue queue) {
      this.queue = queue;
      this.buffer = queue.frames().allocate(MOST * SECTOR);
      this.requests =
          IntStream.range(0, MOST)
              .mapToObj(i -> new BlockRequest().onCompletion(request -> completions[i]++))
              .toList();
    }

    /** Submits {@code count} requests as one batch, and returns when each has ended once. */
    private void batch(int count, boolean write, int round) {
      for (int i = 0; i < count; i++) {
        completions[i] = 0;
        BlockRequest request = requests.get(i);
        long sector = sector(round, i);
        (write ? request.write(sector) : request.read(sector)).segment(address(i), SECTOR);
        assertThat(queue.submit(request)).isTrue();
      }
      submitted += count;
      queue.kick();
      while (queue.inFlight() > 0) {
        queue.await();
        reaped += queue.reap();
      }
      for (int i = 0; i < count; i++) {
        assertThat(completions[i]).isEqualTo(1);
        assertThat(requests.get(i).status()).isEqualTo(BlockStatus.OK);
      }
    }

    private long sector(int round, int index) {
      return (long) queue.number() * QUEUE_SECTORS + (round * 7 + index * 13) % QUEUE_SECTORS;
    }

    private long address(int index) {
      return buffer + (long) index * SECTOR;
    }

    private long content(int round, int index) {
      return ((long) queue.number() << 48) + ((long) round << 16) + index + 1;
    }

    void run(int rounds) {
      for (int round = 0; round < rounds; round++) {
        int count = 1 + round % MOST;
        for (int i = 0; i < count; i++) {
          queue.memory().setU64(address(i), content(round, i));
          queue.memory().setU64(address(i) + SECTOR - Long.BYTES, content(round, i));
        }
        batch(count, true, round);
        queue.memory().fill(buffer, MOST * SECTOR, (byte) 0);
        batch(count, false, round);
        for (int i = 0; i < count; i++) {
          assertThat(queue.memory().getU64(address(i))).isEqualTo(content(round, i));
          assertThat(queue.memory().getU64(address(i) + SECTOR - Long.BYTES))
              .isEqualTo(content(round, i));
        }
      }
      assertThat(queue.reap()).isZero();
      assertThat(reaped).isEqualTo(submitted);
    }
  }

  @Tag("BLK_MQ")
  @ParameterizedTest
  @MethodSource("settingsAndWorkers")
  void carriesTheRequestsOfEveryQueue(Setting setting, Workers workers) {
    setting
        .time()
        .run(
            scheduler -> {
              try (TestDisk disk = setting.disk(scheduler).device(workers.settings()).start()) {
                VirtioBlkDriver driver = disk.driver();
                assertThat(driver.queues()).hasSize(QUEUES);
                onEveryQueue(scheduler, driver, queue -> new Writer(queue).run(24));
                for (DiskQueue queue : driver.queues()) {
                  assertThat(queue.stats().requests()).isEqualTo(2 * 3 * 36);
                  assertThat(queue.stats().kicksAsked()).isEqualTo(2 * 24);
                }
              }
            });
  }

  /** Every queue is served to the end, by a device that polls, too. */
  @ParameterizedTest
  @EnumSource(Transport.class)
  void isServedByADeviceThatPolls(Transport transport) {
    Setting setting = new Setting(TestTime.REAL, transport, CompletionPolicy.INTERRUPT, false);
    setting
        .time()
        .run(
            scheduler -> {
              BlkSettings polling = Workers.TWO.settings().withWaiting(WaitPolicy.poll());
              try (TestDisk disk = setting.disk(scheduler).device(polling).start()) {
                onEveryQueue(scheduler, disk.driver(), queue -> new Writer(queue).run(24));
              }
            });
  }

  private static long hashOf(long seed, Setting setting) {
    RunHash hash = new RunHash();
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), hash);
    scheduler.run(
        () -> {
          try (TestDisk disk = setting.disk(scheduler).device(Workers.TWO.settings()).start()) {
            onEveryQueue(scheduler, disk.driver(), queue -> new Writer(queue).run(8));
          }
        });
    return hash.value();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void runsTheSameWayWithTheSameSeed(Transport transport) {
    Setting setting = new Setting(TestTime.SIMULATED, transport, CompletionPolicy.INTERRUPT, false);
    assertThat(hashOf(1, setting)).isEqualTo(hashOf(1, setting)).isNotEqualTo(hashOf(2, setting));
  }

  /**
   * Requests of three queues end one after the other. With a message of its own only the queue that
   * it is for wakes up; a shared line wakes all that still wait.
   */
  @ParameterizedTest
  @CsvSource({"PCI, 1, 1, 1", "PCI_INTX, 1, 2, 3", "MMIO, 1, 2, 3", "MMIO_LEGACY, 1, 2, 3"})
  void takesTheInterruptsThatAreForIt(Transport transport, int first, int second, int third) {
    Setting setting = new Setting(TestTime.SIMULATED, transport, CompletionPolicy.INTERRUPT, false);
    setting
        .time()
        .run(
            scheduler -> {
              String plan =
                  "read queue 0: delay 1ms\nread queue 1: delay 2ms\nread queue 2: delay 3ms";
              try (TestDisk disk = setting.disk(scheduler).faults(plan).start()) {
                onEveryQueue(
                    scheduler, disk.driver(), queue -> new Writer(queue).batch(1, false, 0));
                assertThat(disk.driver().queues().stream().map(q -> q.stats().interrupts()))
                    .containsExactly((long) first, (long) second, (long) third);
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 1", "2, 4, 2", "4, 2, 2", "4, 1, 1", "4, 4, 4"})
  void usesNoMoreQueuesThanThereAre(int atTheDevice, int askedFor, int used) {
    for (Transport transport : Transport.values()) {
      try (TestDisk disk =
          TestDisk.blank(4 * QUEUE_SECTORS)
              .transport(transport)
              .device(BlkSettings.DEFAULT.withQueues(atTheDevice))
              .driver(DriverSettings.DEFAULT.withQueues(askedFor))
              .start()) {
        assertThat(disk.driver().queues()).hasSize(used);
        assertThat(Feature.BLK_MQ.isIn(disk.driver().features())).isEqualTo(used > 1);
        for (DiskQueue queue : disk.driver().queues()) {
          new Writer(queue).run(4);
        }
      }
    }
  }

  @Tag("RING_RESET")
  @ParameterizedTest
  @MethodSource("settingsWithQueueReset")
  void resetsOneQueueWhileOthersGoOn(Setting setting) {
    setting
        .time()
        .run(
            scheduler -> {
              try (TestDisk disk = setting.disk(scheduler).faults(STUCK).start()) {
                onEveryQueue(
                    scheduler,
                    disk.driver(),
                    queue -> {
                      if (queue.number() == 1) {
                        for (int i = 0; i < 10; i++) {
                          resetWithARequestInFlight(queue);
                          new Writer(queue).run(2);
                        }
                      } else {
                        new Writer(queue).run(40);
                      }
                    });
                assertThat(disk.driver().queues().stream().map(q -> q.stats().recoveries()))
                    .containsExactly(0L, 10L, 0L);
                assertThat(disk.function().violation()).isNull();
              }
            });
  }

  private static void resetWithARequestInFlight(DiskQueue queue) {
    long buffer = queue.frames().allocate(SECTOR);
    BlockRequest request = new BlockRequest().read(STUCK_SECTOR).segment(buffer, SECTOR);
    queue.submit(request);
    queue.kick();
    queue.reset();
    assertThat(request.isInFlight()).isFalse();
    assertThat(request.status()).isEqualTo(BlockStatus.IO_ERROR);
    assertThat(queue.inFlight()).isZero();
  }

  @Test
  void submitsAgainWhatAResetTookBack() {
    try (TestDisk disk =
        TestDisk.blank(64)
            .driver(DriverSettings.DEFAULT.withRecovery(RecoveryPolicy.RESUBMIT))
            .faults("read queue 1: stuck once")
            .queues(2)
            .start()) {
      DiskQueue queue = disk.driver().queues().get(1);
      long free = disk.frames().freeBytes();
      BlockRequest request = new BlockRequest().read(0).segment(disk.frames().allocate(512), 512);
      queue.submit(request);
      queue.kick();
      untilStuck(disk, new RealScheduler());
      queue.reset();
      while (request.isInFlight()) {
        queue.await();
        queue.reap();
      }
      assertThat(request.status()).isEqualTo(BlockStatus.OK);
      assertThat(disk.frames().freeBytes()).isEqualTo(free - 4096);
    }
  }

  @Test
  void cannotResetAQueueWithoutRingReset() {
    try (TestDisk disk = TestDisk.blank(64).transport(Transport.MMIO_LEGACY).queues(2).start()) {
      assertThatThrownBy(() -> disk.driver().queues().get(1).reset())
          .isInstanceOf(BlockDeviceException.class)
          .hasMessageContaining("cannot be reset alone");
    }
  }

  /**
   * Writes into the second queue's ring, which is new, what a guest must not: an index far ahead,
   * or an indirect table without entries. Returns when the device has seen it.
   */
  private static void breakRing(TestDisk disk, Scheduler scheduler, boolean packed) {
    QueueConfig queue = Objects.requireNonNull(disk.function().queue(1));
    if (packed) {
      int flags = PackedLayout.DESC_F_INDIRECT | PackedLayout.availableFlags(0, 1);
      disk.memory()
          .setU64(
              queue.descriptorArea() + PackedLayout.DESCRIPTOR_LEN_ID_FLAGS,
              PackedLayout.descriptorWord(0, 0, flags));
    } else {
      disk.memory().setU16(queue.driverArea() + SplitLayout.AVAIL_IDX, 0x4000);
    }
    disk.function().notifyQueue(1);
    while (!disk.function().needsReset()) {
      scheduler.sleep(10_000);
    }
  }

  private static void untilStuck(TestDisk disk, Scheduler scheduler) {
    while (disk.faults().getFirst().fired() == 0) {
      scheduler.sleep(10_000);
    }
  }

  private static void untilBroken(DiskQueue queue, Scheduler scheduler) {
    long sector = queue.number() == 0 ? STUCK_SECTOR : 0;
    long buffer = queue.frames().allocate(SECTOR);
    while (true) {
      queue.submit(new BlockRequest().read(sector).segment(buffer, SECTOR));
      queue.kick();
      queue.await();
      queue.reap();
      // Simulated time stands still while something can run.
      scheduler.sleep(1_000);
    }
  }

  /** No task waits for a device that has stopped, and none is given back what it still had. */
  @ParameterizedTest
  @MethodSource("settings")
  void hearsOnEveryQueueThatOneOfThemBrokeTheDevice(Setting setting) {
    setting
        .time()
        .run(
            scheduler -> {
              try (TestDisk disk = setting.disk(scheduler).faults(STUCK).start()) {
                AtomicReferenceArray<Throwable> failures = new AtomicReferenceArray<>(QUEUES);
                onEveryQueue(
                    scheduler,
                    disk.driver(),
                    queue -> {
                      try {
                        if (queue.number() == 1) {
                          untilStuck(disk, scheduler);
                          breakRing(disk, scheduler, setting.packed());
                        }
                        untilBroken(queue, scheduler);
                      } catch (BlockDeviceException noticed) {
                        failures.set(queue.number(), noticed);
                      }
                    });
                for (int i = 0; i < QUEUES; i++) {
                  assertThat(failures.get(i)).hasMessageContaining("needs a reset");
                }

                disk.driver().recover();
                onEveryQueue(scheduler, disk.driver(), queue -> new Writer(queue).run(8));
              }
            });
  }

  /** What is submitted to other queues after one has broken the device is not carried out. */
  @ParameterizedTest
  @EnumSource(Transport.class)
  void stopsAllQueuesOfADeviceThatPolls(Transport transport) {
    Setting setting = new Setting(TestTime.SIMULATED, transport, CompletionPolicy.INTERRUPT, false);
    setting
        .time()
        .run(
            scheduler -> {
              BlkSettings polling =
                  BlkSettings.DEFAULT.withQueues(QUEUES).withWaiting(WaitPolicy.poll());
              try (TestDisk disk = setting.disk(scheduler).device(polling).start()) {
                breakRing(disk, scheduler, false);
                long buffer = disk.frames().allocate(SECTOR);
                DiskQueue queue = disk.driver().queues().getFirst();
                queue.submit(new BlockRequest().read(0).segment(buffer, SECTOR));
                queue.kick();
                // Time enough for a service that still polls.
                scheduler.sleep(1_000);
                assertThatThrownBy(queue::await).hasMessageContaining("needs a reset");
                assertThat(queue.reap()).isZero();
              }
            });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void endsTheRequestsOfAllQueuesWhenTheDeviceIsBroughtUpAgain(Setting setting) {
    setting
        .time()
        .run(
            scheduler -> {
              try (TestDisk disk = setting.disk(scheduler).faults("read: stuck").start()) {
                List<BlockRequest> requests = new ArrayList<>();
                for (DiskQueue queue : disk.driver().queues()) {
                  long buffer = disk.frames().allocate(SECTOR);
                  BlockRequest request = new BlockRequest().read(0).segment(buffer, SECTOR);
                  requests.add(request);
                  queue.submit(request);
                  queue.kick();
                }
                disk.driver().recover();
                assertThat(requests)
                    .allSatisfy(r -> assertThat(r.status()).isEqualTo(BlockStatus.IO_ERROR));
                for (DiskQueue queue : disk.driver().queues()) {
                  assertThat(queue.submit(new BlockRequest().flush())).isTrue();
                  queue.kick();
                  while (queue.inFlight() > 0) {
                    queue.await();
                    queue.reap();
                  }
                  assertThat(queue.stats().recoveries()).isEqualTo(1);
                }
              }
            });
  }

  /** Sizes at the edges; a ring of one descriptor holds one request, in an indirect table. */
  @ParameterizedTest
  @CsvSource({
    "1, true, true",
    "3, true, true",
    "3, true, false",
    "5, true, false",
    "32768, true, true",
    "32768, true, false",
    "32767, true, true",
    "4, false, false",
    "4, false, true",
    "32768, false, true",
    "32768, false, false"
  })
  void fillsARingOfThisSize(int size, boolean packed, boolean indirect) {
    long without = (packed ? 0 : PACKED) | (indirect ? 0 : Feature.INDIRECT_DESC.mask());
    for (Transport transport : List.of(Transport.MMIO, Transport.PCI)) {
      try (TestDisk disk =
          TestDisk.blank(QUEUE_SECTORS)
              .memoryBytes(256L << 20)
              .transport(transport)
              .driver(DriverSettings.DEFAULT.withFeatures(~without))
              .queueSize(size)
              .start()) {
        VirtioBlkDriver driver = disk.driver();
        assertThat(driver.limits().queueDepth()).isEqualTo(indirect ? size : size / 3);
        long buffer = disk.frames().allocate(SECTOR);
        // Often enough that every place of a small ring is used in both of its rounds.
        for (int round = 0; round < (size < 100 ? 4 * size : 3); round++) {
          int submitted = 0;
          while (driver.submit(
              new BlockRequest().read(submitted % QUEUE_SECTORS).segment(buffer, SECTOR))) {
            submitted++;
          }
          assertThat(submitted).isEqualTo(driver.limits().queueDepth());
          driver.kick();
          int reaped = 0;
          while (driver.inFlight() > 0) {
            driver.await();
            reaped += driver.reap();
          }
          assertThat(reaped).isEqualTo(submitted);
        }
      }
    }
  }
}
