package dev.ringside.machine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Platform threads on the machine's monotonic clock. */
public final class RealScheduler implements Scheduler {
  /** Idle rounds of {@link #pause} that spin before the processor is given up. */
  private static final int SPINS_BEFORE_YIELD = 1_000;

  /** How late the operating system may wake a thread: the last part of a wait is a spin. */
  private static final long LATE_NS = 60_000;

  private final Clock clock = System::nanoTime;
  private final RandomStreams streams;

  /** A scheduler whose tasks always make the same choices. */
  public RealScheduler() {
    this(new RandomStreams(0));
  }

  /** A scheduler whose tasks' choices come from there. */
  public RealScheduler(RandomStreams streams) {
    this.streams = streams;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public RandomStreams streams() {
    return streams;
  }

  @Override
  public Task start(String name, Runnable body) {
    RealTask task = new RealTask(name, body);
    task.thread.start();
    return task;
  }

  @Override
  public void sleep(long nanoseconds) {
    long deadline = clock.nanoTime() + nanoseconds;
    for (long left = nanoseconds; left > 0; left = deadline - clock.nanoTime()) {
      park(left);
    }
  }

  /** Comes back early when little is left, so that the caller's loop spins and is on time. */
  @Override
  public void park(long nanoseconds) {
    if (nanoseconds > LATE_NS) {
      LockSupport.parkNanos(this, nanoseconds - LATE_NS);
    } else {
      Thread.onSpinWait();
    }
  }

  @Override
  public void spend(long nanoseconds) {
    if (nanoseconds <= 0) {
      return;
    }
    long deadline = clock.nanoTime() + nanoseconds;
    while (clock.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // with fewer cores than tasks, someone else must run
  public void pause(int idleRounds) {
    if (idleRounds <= SPINS_BEFORE_YIELD) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /** The loop comes round by itself. */
  @Override
  public void pause(int idleRounds, long deadline) {
    pause(idleRounds);
  }

  private static final class RealTask implements Task {
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    RealTask(String name, Runnable body) {
      thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> run(body));
    }

    private void run(Runnable body) {
      try {
        body.run();
      } catch (Throwable thrown) {
        failure = thrown;
      }
    }

    @Override
    public String name() {
      return thread.getName();
    }

    @Override
    public void join() {
      boolean interrupted = false;
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException retried) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (failure != null) {
        throw new IllegalStateException("task " + name() + " failed", failure);
      }
    }
  }
}
