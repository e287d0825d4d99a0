package dev.ringside.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The JDK's own monitors, which threads outside a simulated run take as well. */
class SimulatedMonitorTest {
  private static final int TASKS = 3;
  private static final int ROUNDS = 50;

  @Test
  void aMonitorHeldByAThreadOutsideChangesNothing() throws InterruptedException {
    Object monitor = new Object();
    String undisturbed = run(monitor);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong held = new AtomicLong();
    Thread outside = Thread.ofPlatform().start(() -> hold(monitor, stop, held));

    try {
      for (int run = 0; run < 10; run++) {
        assertThat(run(monitor)).as("run %d", run).isEqualTo(undisturbed);
      }
    } finally {
      stop.set(true);
      outside.join();
    }
    assertThat(held.get()).isPositive();
  }

  private static void hold(Object monitor, AtomicBoolean stop, AtomicLong held) {
    while (!stop.get()) {
      synchronized (monitor) {
        held.incrementAndGet();
        for (int i = 0; i < 1_000; i++) {
          Thread.onSpinWait();
        }
      }
      // A monitor is not fair: without a pause the others would hardly ever get it.
      LockSupport.parkNanos(1_000);
    }
  }

  private static String run(Object monitor) {
    RunHash hash = new RunHash();
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(7), hash);
    scheduler.run(
        () -> {
          for (int task = 0; task < TASKS; task++) {
            scheduler.start("task-" + task, () -> visit(monitor, scheduler));
          }
        });
    return hash.toString();
  }

  private static void visit(Object monitor, Scheduler scheduler) {
    for (int round = 0; round < ROUNDS; round++) {
      synchronized (monitor) {
        Thread.onSpinWait();
      }
      scheduler.sleep(10);
    }
  }
}
