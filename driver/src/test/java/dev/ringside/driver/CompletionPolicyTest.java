package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.blk.BlkSettings;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.virtio.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionPolicyTest {
  private static final long SERVICE_NS = 10_000;

  /** One read at a time, of a disk that takes {@link #SERVICE_NS}. */
  private static DriverStats read(CompletionPolicy completion, int count) {
    DriverStats[] stats = new DriverStats[1];
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.over(new LatencyStorage(MemoryStorage.ofSectors(64), scheduler, SERVICE_NS))
                  .scheduler(scheduler)
                  .workers(1)
                  .driver(DriverSettings.DEFAULT.withCompletion(completion))
                  .start()) {
            long buffer = disk.frames().allocate(512);
            for (int i = 0; i < count; i++) {
              BlockRequest request = new BlockRequest().read(i).segment(buffer, 512);
              disk.execute(request);
              assertThat(request.completedAt() - request.submittedAt()).isEqualTo(SERVICE_NS);
            }
            stats[0] = disk.driver().stats();
          }
        });
    return stats[0];
  }

  @Test
  void spinningTakesTheWholeTimeAndNoInterrupt() {
    for (CompletionPolicy policy :
        new CompletionPolicy[] {CompletionPolicy.SPIN, CompletionPolicy.POLL_QUEUE}) {
      DriverStats stats = read(policy, 20);
      assertThat(stats.interrupts()).isZero();
      assertThat(stats.pollNs()).isEqualTo(20 * SERVICE_NS);
      assertThat(stats.pollRounds()).isPositive();
    }
  }

  @Test
  void interruptsNeedNoPolling() {
    DriverStats stats = read(CompletionPolicy.INTERRUPT, 20);
    assertThat(stats.interrupts()).isEqualTo(20);
    assertThat(stats.pollNs()).isZero();
    assertThat(stats.pollRounds()).isZero();
  }

  @Test
  void hybridPollingSleepsOnlyWhenItsBudgetIsUsedUp() {
    DriverStats within = read(new CompletionPolicy.Hybrid(SERVICE_NS + 1), 20);
    assertThat(within.interrupts()).isZero();
    assertThat(within.pollNs()).isEqualTo(20 * SERVICE_NS);

    DriverStats beyond = read(new CompletionPolicy.Hybrid(SERVICE_NS / 4), 20);
    assertThat(beyond.interrupts()).isEqualTo(20);
    assertThat(beyond.pollNs()).isEqualTo(20 * SERVICE_NS / 4);
  }

  /** Sixteen requests that end one after the other: 12, then 3 of 4, then 1. */
  @Test
  void aDelayedInterruptComesWhenThreeQuartersAreUsed() {
    assertThat(interruptsOf(CompletionPolicy.INTERRUPT, 16)).isEqualTo(16);
    assertThat(interruptsOf(CompletionPolicy.DELAYED, 16)).isEqualTo(3);
    assertThat(interruptsOf(new CompletionPolicy.DelayedInterrupt(1, 1), 16)).isEqualTo(1);
  }

  private static long interruptsOf(CompletionPolicy completion, int count) {
    long[] interrupts = new long[1];
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.over(new LatencyStorage(MemoryStorage.ofSectors(64), scheduler, SERVICE_NS))
                  .scheduler(scheduler)
                  .workers(1)
                  .driver(DriverSettings.DEFAULT.withCompletion(completion))
                  .start()) {
            long buffer = disk.frames().allocate(512);
            for (int i = 0; i < count; i++) {
              disk.driver().submit(new BlockRequest().read(i).segment(buffer, 512));
            }
            disk.driver().kick();
            disk.finish();
            interrupts[0] = disk.driver().stats().interrupts();
          }
        });
    return interrupts[0];
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void onlyPollQueuesAreWithoutInterrupts(Transport transport) {
    TestTime.SIMULATED.run(
        scheduler -> {
          EventLog events = EventLog.recording(scheduler.clock());
          try (TestDisk disk =
              TestDisk.over(new LatencyStorage(MemoryStorage.ofSectors(64), scheduler, SERVICE_NS))
                  .scheduler(scheduler)
                  .events(events)
                  .transport(transport)
                  .device(BlkSettings.DEFAULT)
                  .driver(DriverSettings.DEFAULT.withPollQueues(2))
                  .queues(3)
                  .start()) {
            long buffer = disk.frames().allocate(512);
            for (DiskQueue queue : disk.driver().queues()) {
              for (int i = 0; i < 10; i++) {
                queue.submit(new BlockRequest().read(i).segment(buffer, 512));
                queue.kick();
                while (queue.inFlight() > 0) {
                  queue.await();
                  queue.reap();
                }
              }
              boolean polled = queue.number() > 0;
              assertThat(queue.completion() == CompletionPolicy.POLL_QUEUE).isEqualTo(polled);
              assertThat(queue.stats().pollRounds() > 0).isEqualTo(polled);
              assertThat(
                      events.events().stream()
                          .filter(event -> event.type() == EventType.INTERRUPT)
                          .anyMatch(event -> event.first() == queue.number()))
                  .isEqualTo(!polled);
            }
          }
        });
  }

  @Test
  void leavesTheFirstQueueItsInterrupt() {
    try (TestDisk disk =
        TestDisk.blank(64).driver(DriverSettings.DEFAULT.withPollQueues(5)).queues(2).start()) {
      assertThat(disk.driver().queues().stream().map(DiskQueue::completion))
          .containsExactly(CompletionPolicy.INTERRUPT, CompletionPolicy.POLL_QUEUE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 5})
  void aShareIsMoreThanNothingAndNotMoreThanAll(int numerator) {
    assertThatThrownBy(() -> new CompletionPolicy.DelayedInterrupt(numerator, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(numerator + "/4");
  }
}
