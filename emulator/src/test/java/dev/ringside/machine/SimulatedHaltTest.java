package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** A run that is stopped at some point goes on as if nothing had been, or not at all. */
class SimulatedHaltTest {
  private static final int TASKS = 4;
  private static final int ROUNDS = 6;

  /** Tasks that sleep, park, poll, signal and lock, and note an event between each. */
  private static final class Run {
    final RunHash hash = new RunHash();
    final SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(11), hash);
    final List<String> seen = new ArrayList<>();
    final EventLog events;
    final EventLog.Track track;
    final ReentrantLock lock = new ReentrantLock();
    final Signal[] signals = new Signal[TASKS];
    final int[] rounds = new int[TASKS];

    Run(boolean halting) {
      events =
          EventLog.streaming(
              scheduler.clock(),
              hash,
              (time, where, type, first, second) -> {
                seen.add("%d %d %d".formatted(time, first, second));
                if (halting) {
                  scheduler.halt();
                }
              });
      track = events.track("all");
      for (int i = 0; i < TASKS; i++) {
        signals[i] = new Signal();
      }
    }

    void body() {
      for (int i = 0; i < TASKS; i++) {
        int number = i;
        scheduler.start("task-" + i, () -> work(number));
      }
    }

    private void work(int number) {
      for (int round = 0; round < ROUNDS; round++) {
        note(number, 1);
        signals[(number + 1) % TASKS].raise();
        note(number, 2);
        signals[number].await(scheduler, 10 + number);
        lock.lock();
        try {
          note(number, 3);
          scheduler.sleep(5);
        } finally {
          lock.unlock();
        }
        // A permit that comes before a halt must be there after it.
        LockSupport.unpark(Thread.currentThread());
        note(number, 4);
        scheduler.park(7);
        note(number, 5);
        rounds[number]++;
        int next = (number + 1) % TASKS;
        for (int idle = 1; rounds[next] < rounds[number] - 1; idle++) {
          scheduler.pause(idle, scheduler.clock().nanoTime() + 3);
          note(number, 6);
        }
      }
    }

    private void note(int number, int step) {
      track.record(EventType.POP, number, step);
    }
  }

  @Test
  void isTheSameRunWhenItIsHaltedAtEveryEvent() {
    Run through = new Run(false);
    through.scheduler.run(through::body);

    Run halting = new Run(true);
    halting.scheduler.run(halting::body);
    int halts = 0;
    while (halting.scheduler.isHalted()) {
      halts++;
      assertThat(halting.seen).hasSize(halts);
      halting.scheduler.proceed();
    }

    assertThat(halts).isGreaterThan(TASKS * ROUNDS * 5 - 1);
    assertThat(halting.seen).isEqualTo(through.seen);
    assertThat(halting.hash.value()).isEqualTo(through.hash.value());
  }

  @Test
  void goesOnFromAnotherThread() throws InterruptedException {
    Run through = new Run(false);
    through.scheduler.run(through::body);
    Run halting = new Run(true);
    halting.scheduler.run(halting::body);

    while (halting.scheduler.isHalted()) {
      Thread.ofPlatform().start(halting.scheduler::proceed).join();
    }

    assertThat(halting.hash.value()).isEqualTo(through.hash.value());
  }

  @Test
  void standsStillUntilItGoesOn() {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    List<String> seen = new ArrayList<>();
    scheduler.run(
        () -> {
          scheduler.start("other", () -> seen.add("other"));
          seen.add("before");
          scheduler.halt();
          seen.add("after");
        });

    assertThat(seen).containsExactly("before");
    scheduler.proceed();
    assertThat(seen).containsExactly("before", "after", "other");
    assertThat(scheduler.isHalted()).isFalse();
  }

  @Test
  void goesOnOnlyWhenItIsHalted() {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(() -> {});

    assertThatThrownBy(scheduler::proceed).hasMessageContaining("not halted");
    assertThatThrownBy(scheduler::abandon).hasMessageContaining("not halted");
  }

  @Test
  void isGarbageWhenItIsAbandoned() {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    List<WeakReference<Object>> held = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    scheduler.run(
        () -> {
          for (int i = 0; i < 3; i++) {
            scheduler.start("holder-" + i, () -> hold(scheduler, held, ended));
          }
          scheduler.sleep(10);
          scheduler.halt();
        });

    scheduler.abandon();

    assertThat(scheduler.isHalted()).isFalse();
    assertThatThrownBy(scheduler::proceed).hasMessageContaining("not halted");
    assertThat(held).hasSize(3).allSatisfy(SimulatedHaltTest::isCollected);
    assertThat(ended).isEmpty();
  }

  private static void hold(
      SimulatedScheduler scheduler, List<WeakReference<Object>> held, List<String> ended) {
    Object kept = new byte[1000];
    held.add(new WeakReference<>(kept));
    try {
      scheduler.sleep(1000);
    } finally {
      ended.add(kept.toString());
    }
  }

  private static void isCollected(WeakReference<Object> reference) {
    for (int i = 0; i < 100 && reference.get() != null; i++) {
      System.gc();
    }
    assertThat(reference.get()).isNull();
  }
}
