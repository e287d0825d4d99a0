package dev.ringside.driver;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.testing.RandomRequests;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every batch policy with every completion policy, on both rings: what comes back is what a model
 * of the disk says, and nobody sleeps for ever.
 */
class PoliciesTest {
  private static final int SECTORS = 256;
  private static final long SERVICE_NS = 3_000;

  private static final List<BatchPolicy> BATCHES =
      List.of(
          BatchPolicy.everyRequest(),
          BatchPolicy.every(5),
          BatchPolicy.onLast(),
          BatchPolicy.plug(BatchPolicy.Plug.LINUX_LIMIT),
          BatchPolicy.plug(3),
          BatchPolicy.countOrTime(6, 20_000),
          BatchPolicy.adaptive(8));

  /** The shape of a ring, and where it is. */
  record Ring(boolean packed, boolean eventIndex, boolean indirect, Transport transport) {
    DriverSettings driver(BatchPolicy batching, CompletionPolicy completion) {
      long without =
          (packed ? 0 : Feature.RING_PACKED.mask())
              | Feature.IN_ORDER.mask()
              | (eventIndex ? 0 : Feature.EVENT_IDX.mask())
              | (indirect ? 0 : Feature.INDIRECT_DESC.mask());
      return DriverSettings.DEFAULT
          .withFeatures(~without)
          .withBatching(batching)
          .withCompletion(completion);
    }
  }

  static Stream<Ring> rings() {
    return Stream.of(Transport.MMIO, Transport.PCI)
        .flatMap(
            transport ->
                Stream.of(false, true)
                    .flatMap(
                        packed ->
                            Stream.of(false, true)
                                .map(events -> new Ring(packed, events, events, transport))));
  }

  static Stream<Arguments> ringsAndCompletions() {
    return rings()
        .flatMap(
            ring ->
                CompletionPolicy.KINDS.stream()
                    .flatMap(
                        completion ->
                            Stream.of(TestTime.values())
                                .map(time -> Arguments.of(ring, completion, time))));
  }

  @ParameterizedTest
  @MethodSource("ringsAndCompletions")
  void carryRequestsInOrder(Ring ring, CompletionPolicy completion, TestTime time) {
    for (BatchPolicy batching : BATCHES) {
      time.run(scheduler -> carry(ring, batching, completion, scheduler, 150));
    }
  }

  /** Without workers, a device serves in the order of the ring. */
  private static void carry(
      Ring ring,
      BatchPolicy batching,
      CompletionPolicy completion,
      Scheduler scheduler,
      int requests) {
    try (TestDisk disk =
        TestDisk.blank(SECTORS)
            .scheduler(scheduler)
            .transport(ring.transport())
            .driver(ring.driver(batching, completion))
            .queueSize(64)
            .start()) {
      new RandomRequests(disk.driver(), 0, SECTORS, 24, true, 1).run(requests);
    }
  }

  /** The model test of merging, long. */
  @ParameterizedTest
  @MethodSource("rings")
  void mergesWhatAModelWouldNotTellApart(Ring ring) {
    for (long seed = 1; seed <= 40; seed++) {
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), new RunHash());
      long requestSeed = seed;
      scheduler.run(
          () -> {
            try (TestDisk disk =
                TestDisk.blank(SECTORS)
                    .scheduler(scheduler)
                    .transport(ring.transport())
                    .driver(ring.driver(BatchPolicy.plug(16), CompletionPolicy.INTERRUPT))
                    .queueSize(16)
                    .start()) {
              new RandomRequests(disk.driver(), 0, SECTORS, 40, true, requestSeed).run(400);
            }
          });
    }
  }

  /**
   * Workers end requests in any order while the driver asks for its interrupt; a run in which
   * somebody sleeps for ever fails.
   */
  @ParameterizedTest
  @MethodSource("rings")
  void delayedInterruptsWakeTheDriverInEveryInterleaving(Ring ring) {
    List<CompletionPolicy> delays =
        List.of(
            CompletionPolicy.DELAYED,
            new CompletionPolicy.DelayedInterrupt(1, 1),
            new CompletionPolicy.DelayedInterrupt(1, 4));
    for (long seed = 1; seed <= 60; seed++) {
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), new RunHash());
      CompletionPolicy delay = delays.get((int) seed % delays.size());
      BatchPolicy batching = BATCHES.get((int) (seed / 3) % BATCHES.size());
      long requestSeed = seed;
      scheduler.run(
          () -> {
            CostModel costs = CostModel.ZERO.with(Cost.KICK, 850).with(Cost.INTERRUPT, 700);
            try (TestDisk disk =
                TestDisk.over(
                        new LatencyStorage(MemoryStorage.ofSectors(SECTORS), scheduler, SERVICE_NS))
                    .scheduler(scheduler)
                    .costs(costs)
                    .transport(ring.transport())
                    .device(BlkSettings.DEFAULT)
                    .driver(ring.driver(batching, delay))
                    .workers((int) requestSeed % 4)
                    .queueSize(32)
                    .start()) {
              new RandomRequests(disk.driver(), 0, SECTORS, 20, false, requestSeed).run(120);
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("rings")
  void delayedInterruptsWakeTheDriverAtFullSpeed(Ring ring) {
    for (int workers : new int[] {0, 2}) {
      try (TestDisk disk =
          TestDisk.blank(SECTORS)
              .scheduler(new RealScheduler())
              .transport(ring.transport())
              .driver(ring.driver(BatchPolicy.every(3), CompletionPolicy.DELAYED))
              .workers(workers)
              .start()) {
        new RandomRequests(disk.driver(), 0, SECTORS, 16, workers == 0, 7).run(8_000);
      }
    }
  }
}
