package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class SimulatedSchedulerTest {
  /** Eight tasks that contend for a lock; the order in which they get it, and the run's hash. */
  private record Run(List<String> order, String hash) {
    static Run of(long seed) {
      RunHash hash = new RunHash();
      SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(seed), hash);
      List<String> order = new ArrayList<>();
      ReentrantLock lock = new ReentrantLock();
      scheduler.run(
          () -> {
            for (int i = 0; i < 8; i++) {
              String name = "task-" + i;
              scheduler.start(
                  name,
                  () -> {
                    for (int round = 0; round < 5; round++) {
                      lock.lock();
                      try {
                        order.add(name);
                        scheduler.sleep(10);
                      } finally {
                        lock.unlock();
                      }
                    }
                  });
            }
          });
      return new Run(order, hash.toString());
    }
  }

  private final SimulatedScheduler scheduler =
      new SimulatedScheduler(new RandomStreams(1), new RunHash());

  @Test
  void replaysTheSameRunFromTheSameSeed() {
    assertThat(Run.of(7)).isEqualTo(Run.of(7));
  }

  @Test
  void runsInAnotherOrderFromAnotherSeed() {
    assertThat(Run.of(8).order()).isNotEqualTo(Run.of(7).order());
    assertThat(Run.of(8).hash()).isNotEqualTo(Run.of(7).hash());
  }

  @Test
  void movesTheClockOnlyWhenNothingCanRun() {
    List<Long> times = new ArrayList<>();
    scheduler.run(
        () -> {
          scheduler.start(
              "sleeper",
              () -> {
                scheduler.sleep(1_000_000_000_000L);
                times.add(scheduler.clock().nanoTime());
              });
          Signal ping = new Signal();
          Signal pong = new Signal();
          scheduler.start(
              "ponger",
              () -> {
                for (int i = 0; i < 1000; i++) {
                  ping.await();
                  pong.raise();
                }
              });
          for (int i = 0; i < 1000; i++) {
            ping.raise();
            pong.await();
            times.add(scheduler.clock().nanoTime());
          }
        });

    assertThat(times).hasSize(1001);
    assertThat(times.subList(0, 1000)).containsOnly(0L);
    assertThat(times.getLast()).isEqualTo(1_000_000_000_000L);
  }

  @Test
  void letsAPollingTaskSeeWhatAnotherDidAtALaterTime() {
    boolean[] flag = new boolean[1];
    long[] seenAt = new long[1];
    scheduler.run(
        () -> {
          scheduler.start(
              "setter",
              () -> {
                scheduler.sleep(500);
                flag[0] = true;
              });
          for (int idle = 1; !flag[0]; idle++) {
            scheduler.pause(idle);
          }
          seenAt[0] = scheduler.clock().nanoTime();
        });

    assertThat(seenAt[0]).isEqualTo(500);
  }

  @Test
  void doesNotLoseASignalThatWasRaisedBeforeTheWait() {
    Signal signal = new Signal();
    List<String> seen = new ArrayList<>();
    scheduler.run(
        () -> {
          signal.raise();
          signal.raise();
          signal.await();
          seen.add("first");
          scheduler.start("raiser", signal::raise);
          signal.await();
          seen.add("second");
        });

    assertThat(seen).containsExactly("first", "second");
    assertThat(signal.consume()).isFalse();
  }

  @Test
  void endsAWaitAtItsTimeOrWhenTheSignalIsRaised() {
    Signal signal = new Signal();
    List<String> seen = new ArrayList<>();
    scheduler.run(
        () -> {
          seen.add(signal.await(scheduler, 50) + " at " + scheduler.clock().nanoTime());
          scheduler.start(
              "raiser",
              () -> {
                scheduler.sleep(20);
                signal.raise();
              });
          seen.add(signal.await(scheduler, 1_000) + " at " + scheduler.clock().nanoTime());
          scheduler.sleep(5);
          seen.add(signal.await(scheduler, 0) + " at " + scheduler.clock().nanoTime());
          signal.raise();
          seen.add(signal.await(scheduler, 0) + " at " + scheduler.clock().nanoTime());
          scheduler.start("late raiser", signal::raise);
          seen.add(signal.await(scheduler, Long.MAX_VALUE) + " at " + scheduler.clock().nanoTime());
        });

    assertThat(seen)
        .containsExactly("false at 50", "true at 70", "false at 75", "true at 75", "true at 75");
    // What was waited for in vain does not hold the run up at its end.
    assertThat(scheduler.clock().nanoTime()).isEqualTo(75);
  }

  @Test
  void endsAPollAtItsDeadline() {
    List<Long> rounds = new ArrayList<>();
    scheduler.run(
        () -> {
          scheduler.start("worker", () -> scheduler.sleep(30));
          for (int idle = 1; scheduler.clock().nanoTime() < 100; idle++) {
            scheduler.pause(idle, 100);
            rounds.add(scheduler.clock().nanoTime());
          }
        });

    assertThat(rounds).containsExactly(0L, 30L, 100L);
  }

  @Test
  void namesTheTasksThatWaitForEver() {
    Signal never = new Signal();

    assertThatThrownBy(() -> scheduler.run(() -> scheduler.start("the-forgotten", never::await)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the-forgotten");
  }

  @Test
  void reportsTwoTasksThatPollForEachOther() {
    boolean[] never = new boolean[1];
    Runnable poll =
        () -> {
          for (int idle = 1; !never[0]; idle++) {
            scheduler.pause(idle);
          }
        };

    assertThatThrownBy(
            () ->
                scheduler.run(
                    () -> {
                      scheduler.start("left", poll);
                      scheduler.start("right", poll);
                    }))
        .hasMessageContaining("left")
        .hasMessageContaining("right");
  }

  @Test
  void passesATasksFailureOn() {
    assertThatThrownBy(
            () ->
                scheduler.run(
                    () -> {
                      throw new IllegalArgumentException("broken");
                    }))
        .hasMessageContaining("main")
        .hasRootCauseMessage("broken");
  }
}
