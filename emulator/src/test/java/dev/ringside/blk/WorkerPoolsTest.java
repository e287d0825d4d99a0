package dev.ringside.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.SimulatedScheduler;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which workers process the requests of which queue. */
class WorkerPoolsTest {
  private static final int JOBS = 16;

  static List<Arguments> mappings() {
    return List.of(
        Arguments.of(WorkerMapping.shared(), 3, 2, List.of("012", "012")),
        Arguments.of(new WorkerMapping.RoundRobin(), 2, 4, List.of("0", "1", "0", "1")),
        Arguments.of(new WorkerMapping.RoundRobin(), 2, 2, List.of("0", "1")),
        Arguments.of(new WorkerMapping.RoundRobin(), 5, 2, List.of("024", "13")),
        Arguments.of(new WorkerMapping.Explicit(List.of(2, 0, 2)), 3, 3, List.of("2", "0", "2")));
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void aQueueIsProcessedByItsWorkers(
      WorkerMapping mapping, int workers, int queues, List<String> expected) {
    ServiceSettings settings = ServiceSettings.DEFAULT.withWorkers(workers).withMapping(mapping);
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(
        () -> {
          WorkerPools pools = new WorkerPools(scheduler, EventLog.OFF, settings, queues, JOBS);
          List<Set<String>> seen = expected.stream().map(e -> newSet()).toList();
          for (int queue = 0; queue < queues; queue++) {
            WorkerPool pool = Objects.requireNonNull(pools.of(queue));
            Set<String> names = seen.get(queue);
            for (int job = 0; job < JOBS; job++) {
              pool.submit(
                  events -> {
                    names.add(Thread.currentThread().getName().replace("worker-", ""));
                    scheduler.spend(1000);
                  });
            }
          }
          pools.stop();
          assertThat(seen.stream().map(names -> String.join("", names)).toList())
              .isEqualTo(expected);
        });
  }

  private static Set<String> newSet() {
    return new TreeSet<>();
  }

  @Test
  void withoutWorkersAQueueProcessesByItself() {
    ServiceSettings settings =
        ServiceSettings.DEFAULT.withMapping(new WorkerMapping.Explicit(List.of(7)));
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(
        () -> {
          WorkerPools pools = new WorkerPools(scheduler, EventLog.OFF, settings, 1, JOBS);
          assertThat(pools.of(0)).isNull();
          pools.stop();
        });
  }

  static List<List<Integer>> wrongLists() {
    return List.of(List.of(), List.of(0), List.of(0, 1, 0), List.of(0, 2));
  }

  @ParameterizedTest
  @MethodSource("wrongLists")
  void refusesAListThatDoesNotFit(List<Integer> list) {
    BlkSettings settings = BlkSettings.DEFAULT.withQueues(2);
    ServiceSettings service =
        ServiceSettings.DEFAULT.withWorkers(2).withMapping(new WorkerMapping.Explicit(list));

    assertThatThrownBy(() -> settings.withService(service))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 queues and 2 workers");
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatThrownBy(() -> new WorkerMapping.Explicit(List.of(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    for (int workers : new int[] {-1, ServiceSettings.MAX_WORKERS + 1}) {
      assertThatThrownBy(() -> ServiceSettings.DEFAULT.withWorkers(workers))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int merge : new int[] {0, ServiceSettings.MAX_MERGE + 1}) {
      assertThatThrownBy(() -> ServiceSettings.DEFAULT.withMaxMerge(merge))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
