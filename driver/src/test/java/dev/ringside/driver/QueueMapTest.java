package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.RandomRequests;
import dev.ringside.driver.testing.TestDisk;
import dev.ringside.driver.testing.TestTime;
import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QueueMapTest {
  private static final int SECTORS = 128;

  private static final List<BatchPolicy> BATCHES =
      List.of(
          BatchPolicy.everyRequest(),
          BatchPolicy.onLast(),
          BatchPolicy.plug(8),
          BatchPolicy.countOrTime(4, 5_000),
          BatchPolicy.adaptive(8));

  static Stream<Arguments> settings() {
    return Stream.of(TestTime.values())
        .flatMap(
            time ->
                CompletionPolicy.KINDS.stream()
                    .flatMap(
                        completion ->
                            Stream.of(1, 2, 3, 5)
                                .map(tasks -> Arguments.of(time, completion, tasks))));
  }

  /** Each task with sectors of its own, on a ring that is small for all of them. */
  private static void runTasks(
      Scheduler scheduler, BatchPolicy batching, CompletionPolicy completion, int tasks, int seed) {
    try (TestDisk disk =
        TestDisk.over(
                new LatencyStorage(
                    MemoryStorage.ofSectors((long) SECTORS * tasks), scheduler, 2_000))
            .scheduler(scheduler)
            .costs(CostModel.ZERO.with(Cost.KICK, 300).with(Cost.INTERRUPT, 200))
            .workers(2)
            .driver(DriverSettings.DEFAULT.withBatching(batching).withCompletion(completion))
            .queues(2)
            .queueSize(16)
            .start()) {
      QueueMap map = QueueMap.of(disk.driver(), tasks);
      List<Task> running = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        int task = i;
        RandomRequests requests =
            new RandomRequests(
                map.device(task), (long) SECTORS * task, SECTORS, 10, false, seed + task);
        running.add(scheduler.start("task-" + task, () -> requests.run(60)));
      }
      running.forEach(Task::join);
      assertThat(disk.driver().queues().stream().mapToLong(q -> q.stats().completions()).sum())
          .isEqualTo(60L * tasks);
      assertThat(disk.driver().queues()).allMatch(queue -> queue.inFlight() == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyTaskGetsBackWhatItSubmitted(TestTime time, CompletionPolicy completion, int tasks) {
    for (BatchPolicy batching : BATCHES) {
      time.run(scheduler -> runTasks(scheduler, batching, completion, tasks, 1));
    }
  }

  @Test
  void noTaskOfASharedQueueSleepsForEver() {
    for (int seed = 1; seed <= 200; seed++) {
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), new RunHash());
      int number = seed;
      scheduler.run(
          () ->
              runTasks(
                  scheduler,
                  BATCHES.get(number % BATCHES.size()),
                  CompletionPolicy.KINDS.get(number / 5 % CompletionPolicy.KINDS.size()),
                  3 + number % 4,
                  number));
    }
  }

  @Test
  void givesATaskAQueueOfItsOwnWhenThereAreEnough() {
    try (TestDisk disk = TestDisk.blank(64).queues(4).start()) {
      QueueMap map = QueueMap.of(disk.driver(), 3);
      assertThat(map.tasks()).isEqualTo(3);
      for (int task = 0; task < 3; task++) {
        assertThat(map.device(task)).isSameAs(disk.driver().queues().get(task));
      }
    }
  }

  @Test
  void dealsQueuesOutInTurnWhenThereAreTooFew() {
    try (TestDisk disk = TestDisk.blank(64).queues(2).start()) {
      QueueMap map = QueueMap.of(disk.driver(), 3);
      assertThat(map.device(1)).isSameAs(disk.driver().queues().get(1));
      Set<BlockDevice> devices = new HashSet<>();
      for (int task = 0; task < 3; task++) {
        devices.add(map.device(task));
      }
      assertThat(devices).hasSize(3).doesNotContain(disk.driver().queues().getFirst());
    }
  }

  @Test
  void aRequestEndsInTheTaskThatSubmittedIt() {
    try (TestDisk disk = TestDisk.blank(64).queues(1).start()) {
      QueueMap map = QueueMap.of(disk.driver(), 2);
      BlockDevice one = map.device(0);
      BlockDevice other = map.device(1);
      List<String> ended = new ArrayList<>();
      BlockRequest request =
          new BlockRequest()
              .read(0)
              .segment(disk.frames().allocate(512), 512)
              .onCompletion(r -> ended.add("read"));
      one.submit(request);
      one.kick();
      while (disk.driver().stats().completions() == 0) {
        assertThat(other.reap()).isZero();
      }
      assertThat(ended).isEmpty();
      assertThat(request.isInFlight()).isTrue();
      assertThat(one.inFlight()).isEqualTo(1);
      one.await();
      assertThat(one.reap()).isEqualTo(1);
      assertThat(ended).containsExactly("read");
      assertThat(request.isInFlight()).isFalse();
      assertThat(one.inFlight()).isZero();
    }
  }

  /** One wait tells of the room; the next is for the task's own request again. */
  @Test
  void aTaskThatFoundNoRoomWaitsForRoomOnce() {
    TestTime.SIMULATED.run(
        scheduler -> {
          try (TestDisk disk =
              TestDisk.over(new LatencyStorage(MemoryStorage.ofSectors(SECTORS), scheduler, 10_000))
                  .scheduler(scheduler)
                  .workers(1)
                  .queues(1)
                  .queueSize(4)
                  .start()) {
            QueueMap map = QueueMap.of(disk.driver(), 2);
            BlockDevice one = map.device(0);
            BlockDevice other = map.device(1);
            long buffer = disk.frames().allocate(512);
            assertThat(other.submit(new BlockRequest().read(0).segment(buffer, 512))).isTrue();
            assertThat(one.submit(new BlockRequest().read(1).segment(buffer, 512))).isTrue();
            assertThat(other.submit(new BlockRequest().read(2).segment(buffer, 512))).isTrue();
            assertThat(other.submit(new BlockRequest().read(3).segment(buffer, 512))).isTrue();
            assertThat(one.submit(new BlockRequest().read(4).segment(buffer, 512))).isFalse();
            one.kick();
            other.await();
            assertThat(other.reap()).isEqualTo(1);

            one.await();
            assertThat(one.reap()).isZero();
            one.await();
            assertThat(one.reap()).isEqualTo(1);

            while (other.inFlight() > 0) {
              other.await();
              other.reap();
            }
          }
        });
  }

  @Test
  void refusesAMapOfNothing() {
    assertThatThrownBy(() -> QueueMap.over(List.of(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    try (TestDisk disk = TestDisk.blank(64).start()) {
      assertThatThrownBy(() -> QueueMap.of(disk.driver(), 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
