package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.CheckedWorkload;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.fault.FaultCount;
import dev.ringside.fault.FaultEffect;
import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultPlanException;
import dev.ringside.fault.InterruptEffect;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.WriteCacheStorage;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A driver that handles errors by itself, in front of a device with every fault that a plan knows:
 * each request ends exactly once, the run ends, and what was acknowledged and flushed is there
 * after a power failure, unless the fault itself is that the device lies about it.
 */
class RecoveryTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int REQUESTS = 100;

  /** What a fault does to whoever uses the driver. */
  enum Harm {
    /**
     * Nothing: the driver makes up for it, when it may submit again what a reset has interrupted.
     */
    NONE,
    /** Requests fail, and say so. */
    ERRORS,
    /** Data is damaged, and every request says that all is well. */
    LIES
  }

  /** A plan of one rule. */
  record Fault(String plan, Harm harm) {
    FaultEffect effect() {
      try {
        return FaultPlan.parse(plan).rules().getFirst().effect();
      } catch (FaultPlanException malformed) {
        throw new IllegalArgumentException(malformed);
      }
    }

    @Override
    public String toString() {
      return plan;
    }
  }

  private static final List<Fault> FAULTS =
      List.of(
          new Fault("read every 13: io-error", Harm.NONE),
          new Fault("write every 13: io-error", Harm.NONE),
          new Fault("flush every 5: io-error", Harm.NONE),
          new Fault("read: io-error", Harm.ERRORS),
          new Fault("read every 13: latent-error", Harm.ERRORS),
          new Fault("write every 13: latent-error", Harm.ERRORS),
          new Fault("write every 5: bit-rot 3", Harm.LIES),
          new Fault("read every 5: bit-rot 3", Harm.LIES),
          new Fault("write every 7: torn-write 700", Harm.LIES),
          new Fault("write every 13: torn-write 700 reported", Harm.NONE),
          new Fault("write every 7: dropped-write", Harm.LIES),
          new Fault("write every 7: misdirected 3", Harm.LIES),
          new Fault("read every 7: misdirected 3", Harm.LIES),
          new Fault("read every 2: stale-read", Harm.LIES),
          new Fault("flush: lost-flush", Harm.LIES),
          new Fault("any every 5: early-flush", Harm.NONE),
          new Fault("any every 5: delay 3ms", Harm.NONE),
          new Fault("any every 29: delay 300ms", Harm.NONE),
          new Fault("read every 13: stuck", Harm.NONE),
          new Fault("write every 13: stuck", Harm.NONE),
          new Fault("flush every 5: stuck", Harm.NONE),
          new Fault("read: stuck", Harm.ERRORS),
          new Fault("any every 17: wrong-used-id 65535", Harm.NONE),
          new Fault("any every 17: wrong-used-id 200", Harm.NONE),
          new Fault("any every 17: wrong-used-id 3", Harm.NONE),
          new Fault("write every 11: wrong-used-id 0", Harm.NONE),
          new Fault("any every 5: wrong-used-length 4294967295", Harm.NONE),
          new Fault("read every 7: wrong-used-length 0", Harm.NONE),
          new Fault("read every 7: wrong-used-length 2048", Harm.NONE),
          new Fault("any every 37: duplicate-used", Harm.NONE),
          new Fault("interrupt every 3: lost-interrupt", Harm.NONE),
          new Fault("interrupt: lost-interrupt", Harm.NONE),
          new Fault("any every 3: spurious-interrupt", Harm.NONE),
          new Fault("kick every 3: lost-kick", Harm.NONE),
          new Fault("kick: lost-kick", Harm.ERRORS),
          new Fault("kick every 3: delayed-kick 5ms", Harm.NONE),
          new Fault("kick every 3: delayed-kick 300ms", Harm.NONE));

  private static final List<BatchPolicy> BATCHES =
      List.of(
          BatchPolicy.onLast(),
          BatchPolicy.plug(4),
          BatchPolicy.adaptive(4),
          BatchPolicy.countOrTime(3, MILLISECOND),
          BatchPolicy.plug(BatchPolicy.Plug.LINUX_LIMIT));

  private static final List<CompletionPolicy> COMPLETIONS =
      List.of(
          CompletionPolicy.DELAYED,
          CompletionPolicy.INTERRUPT,
          CompletionPolicy.SPIN,
          new CompletionPolicy.Hybrid(2 * MILLISECOND));

  /** How the disk is attached and used. What else there is to choose follows from the seed. */
  record Setting(
      boolean packed, Transport transport, RecoveryPolicy recovery, int queues, int seed) {
    boolean resetsQueues() {
      return seed % 2 == 0;
    }

    DriverSettings driver() {
      long without = packed ? 0 : Feature.RING_PACKED.mask();
      without |= resetsQueues() ? 0 : Feature.RING_RESET.mask();
      without |= seed % 3 == 0 ? Feature.INDIRECT_DESC.mask() : 0;
      without |= seed % 4 == 1 ? 0 : Feature.IN_ORDER.mask();
      return DriverSettings.DEFAULT
          .withFeatures(~without)
          .withCompletion(completion())
          .withBatching(BATCHES.get(seed % BATCHES.size()))
          .withRequestTimeoutNs(80 * MILLISECOND)
          .withRecovery(recovery)
          .withErrors(ErrorHandling.ON);
    }

    CompletionPolicy completion() {
      return COMPLETIONS.get(seed % COMPLETIONS.size());
    }

    /** Whether it is sure to ask for interrupts: one that polls first may have its answer then. */
    boolean isInterrupted() {
      return completion() == CompletionPolicy.INTERRUPT || completion() == CompletionPolicy.DELAYED;
    }

    /** More than queues with some seeds: these share. */
    int tasks() {
      return queues + seed / 4 * 2;
    }

    int workers() {
      return seed / 2 % 2 * 2;
    }
  }

  static List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (boolean packed : new boolean[] {false, true}) {
      for (Transport transport : List.of(Transport.MMIO, Transport.PCI)) {
        for (RecoveryPolicy recovery : RecoveryPolicy.values()) {
          for (int seed = 1; seed <= 6; seed++) {
            settings.add(new Setting(packed, transport, recovery, 1 + seed % 3, seed));
          }
        }
      }
    }
    return settings;
  }

  static Stream<Arguments> faultsAndSettings() {
    return FAULTS.stream()
        .flatMap(fault -> settings().stream().map(setting -> Arguments.of(fault, setting)));
  }

  /** What a run has shown. */
  private record Outcome(
      List<CheckedWorkload> tasks, List<DriverStats> stats, long fired, long endedAt) {
    long ended(BlockStatus status) {
      return tasks.stream().mapToLong(task -> task.ended(status)).sum();
    }

    long recoveries() {
      return stats.stream().mapToLong(DriverStats::recoveries).sum();
    }

    List<String> damage() {
      return tasks.stream().flatMap(task -> task.damage().stream()).toList();
    }
  }

  private static Outcome run(String plan, Setting setting) {
    SimulatedScheduler scheduler =
        new SimulatedScheduler(new RandomStreams(setting.seed()), new RunHash());
    List<Outcome> outcome = new ArrayList<>();
    scheduler.run(() -> outcome.add(run(plan, setting, scheduler)));
    return outcome.getFirst();
  }

  private static Outcome run(String plan, Setting setting, SimulatedScheduler scheduler) {
    MemoryStorage medium =
        MemoryStorage.ofSectors((long) CheckedWorkload.SECTORS * setting.tasks());
    WriteCacheStorage cache = WriteCacheStorage.over(medium, 8 << 20);
    TestDisk.Builder builder =
        TestDisk.over(cache)
            .scheduler(scheduler)
            .transport(setting.transport())
            .driver(setting.driver())
            .workers(setting.workers())
            .queueSize(64)
            .queues(setting.queues())
            .seed(setting.seed())
            .faults(plan);
    try (TestDisk disk = builder.start()) {
      RandomStreams streams = new RandomStreams(setting.seed());
      List<CheckedWorkload> workloads = new ArrayList<>();
      List<Task> tasks = new ArrayList<>();
      QueueMap map = QueueMap.of(disk.driver(), setting.tasks());
      for (int task = 0; task < setting.tasks(); task++) {
        String name = "guest-" + task;
        CheckedWorkload workload =
            new CheckedWorkload(map.device(task), task, streams.stream(name));
        workloads.add(workload);
        tasks.add(scheduler.start(name, () -> workload.run(REQUESTS)));
      }
      tasks.forEach(Task::join);
      disk.driver().close();
      cache.crash((write, sector) -> false);
      for (CheckedWorkload workload : workloads) {
        workload.checkStored(medium);
      }
      return new Outcome(
          workloads,
          disk.driver().queues().stream().map(DiskQueue::stats).toList(),
          disk.faults().stream().mapToLong(FaultCount::fired).sum(),
          scheduler.clock().nanoTime());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("faultsAndSettings")
  void endsEveryRequestOnceAndKeepsWhatWasAcknowledged(Fault fault, Setting setting) {
    Outcome outcome = run(fault.plan(), setting);

    if (setting.isInterrupted() || !(fault.effect() instanceof InterruptEffect.LostInterrupt)) {
      assertThat(outcome.fired()).as("faults").isPositive();
    }
    for (CheckedWorkload task : outcome.tasks()) {
      assertThat(task.misbehaviour()).isEmpty();
    }
    switch (fault.harm()) {
      case NONE -> {
        assertThat(outcome.damage()).isEmpty();
        assertThat(outcome.ended(BlockStatus.OK)).isPositive();
        if (setting.recovery() == RecoveryPolicy.RESUBMIT || outcome.recoveries() == 0) {
          assertThat(outcome.ended(BlockStatus.IO_ERROR)).as("failed").isZero();
        }
      }
      case ERRORS -> {
        assertThat(outcome.damage()).isEmpty();
        assertThat(outcome.ended(BlockStatus.IO_ERROR)).as("failed").isPositive();
      }
      case LIES -> {
        assertThat(outcome.damage()).as("what the device has destroyed").isNotEmpty();
        assertThat(outcome.ended(BlockStatus.IO_ERROR)).as("failed").isZero();
      }
    }
    assertThat(outcome.ended(BlockStatus.UNSUPPORTED)).isZero();
  }

  /** A fault that is new in the plans needs a case here. */
  @Test
  void knowsEveryFaultOfAPlan() {
    Set<Class<?>> tried = new LinkedHashSet<>();
    FAULTS.forEach(fault -> tried.add(fault.effect().getClass()));

    assertThat(tried).containsExactlyInAnyOrderElementsOf(leavesOf(FaultEffect.class));
  }

  private static Set<Class<?>> leavesOf(Class<?> type) {
    if (!type.isSealed()) {
      return Set.of(type);
    }
    Set<Class<?>> leaves = new LinkedHashSet<>();
    for (Class<?> kind : type.getPermittedSubclasses()) {
      leaves.addAll(leavesOf(kind));
    }
    return leaves;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void runsTheSameWayWithTheSameSeed(Setting setting) {
    String plan = "any every 17: duplicate-used\nread every 13: stuck\nwrite every 7: io-error";

    assertThat(run(plan, setting).endedAt()).isEqualTo(run(plan, setting).endedAt());
  }
}
