package dev.ringside.machine;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time: tasks are virtual threads that run one at a time on the thread that called {@link
 * #run}, in an order drawn from the seed, on a clock that moves only when nothing can run. The same
 * program with the same seed runs the same way, and ends with the same {@link RunHash}.
 *
 * <pre>
 *              signal, lock, end of sleep
 *   waiting  ------------------------------>  runnable  -- drawn -->  running
 *      ^                                         ^                       |
 *      |      something happened since it paused |                       |
 *      |                            polling  ----+ <---- pause ----------+
 *      +------------- await, lock, sleep, spend -------------------------+
 * </pre>
 *
 * <p>A task that sleeps while nothing else can run before it wakes goes on at once, at its later
 * time: the same step as any other, without a change of threads.
 *
 * <p>A task that polls ({@link #pause}) becomes runnable only after some task has done something,
 * so a polling loop neither stops the clock nor eats the run. When no task can run, the clock moves
 * to the next sleeper. When there is none either, the run is over; a task that still waits then
 * waits for ever, and {@link #run} says which.
 */
public final class SimulatedScheduler implements Scheduler {
  private static final Constructor<?> VIRTUAL_THREAD_BUILDER = virtualThreadBuilder();
  private static final VirtualThreadState VIRTUAL_THREAD_STATE = new VirtualThreadState();

  /** Tells tasks apart in the hash; the golden ratio in 64 bits, as in {@link RunHash}. */
  private static final long TASK_STRIDE = 0x9e37_79b9_7f4a_7c15L;

  private final RandomStreams streams;
  private final RandomGenerator order;
  private final RunHash hash;
  private final List<SimulatedTask> tasks = new ArrayList<>();
  private final List<SimulatedTask> runnable = new ArrayList<>();
  private final List<SimulatedTask> polling = new ArrayList<>();
  private final PriorityQueue<SimulatedTask> sleeping =
      new PriorityQueue<>(
          Comparator.comparingLong((SimulatedTask task) -> task.wakeTime)
              .thenComparingLong(task -> task.wakeSequence));
  private final Clock clock = () -> this.now;
  private @Nullable SimulatedTask running;
  private long now;
  private long wakeSequence;
  private @Nullable SimulatedTask halted;
  private boolean abandoned;

  /** Counts steps in which a task did something, as opposed to polling in vain. */
  private long progress;

  /**
   * A scheduler at virtual time 0.
   *
   * @param streams where its choices come from, and those of its tasks
   * @param hash takes in every scheduling decision
   */
  public SimulatedScheduler(RandomStreams streams, RunHash hash) {
    this.streams = streams;
    this.order = streams.stream("scheduler");
    this.hash = hash;
  }

  /**
   * Runs {@code body} as the first task, and every task that it starts, to the end or until one of
   * them calls {@link #halt}.
   *
   * @throws IllegalStateException when a task failed (the failure is the cause), or when tasks wait
   *     and nothing is left that could wake them
   */
  public void run(Runnable body) {
    start("main", body);
    runOn();
  }

  /**
   * Stops the whole run at this very point of the calling task: {@link #run}, or the {@link
   * #proceed} that went on last, returns to its caller. It is no scheduling point: a run that is
   * halted and goes on is the same run, with the same hash.
   *
   * @throws IllegalStateException when the task cannot leave its thread here, which it cannot
   *     within a class initializer
   */
  public void halt() {
    SimulatedTask task = current();
    halted = task;
    task.suspend();
  }

  /** Whether the run was halted, and neither goes on nor was abandoned. */
  public boolean isHalted() {
    return halted != null;
  }

  /**
   * Goes on with a halted run, to the end or until it is halted again. Any thread may call it, one
   * after the other.
   *
   * @throws IllegalStateException as {@link #run} does, or when the run is not halted
   */
  public void proceed() {
    SimulatedTask task = halted;
    if (task == null) {
      throw new IllegalStateException("the run is not halted");
    }
    halted = null;
    running = task;
    finishStep(task);
    runOn();
  }

  /**
   * Gives a halted run up for good. None of its tasks runs again, not even to end: what they hold,
   * guest memory first of all, is for the caller to give back.
   *
   * @throws IllegalStateException when the run is not halted
   */
  public void abandon() {
    if (halted == null) {
      throw new IllegalStateException("the run is not halted");
    }
    halted = null;
    abandoned = true;
    tasks.clear();
    runnable.clear();
    polling.clear();
    sleeping.clear();
  }

  private void runOn() {
    while (halted == null) {
      if (!runnable.isEmpty()) {
        step(draw());
      } else if (!resumePolling() && !wakeNextSleepers()) {
        checkAllEnded();
        return;
      }
    }
  }

  private SimulatedTask draw() {
    int last = runnable.size() - 1;
    int chosen = last == 0 ? 0 : order.nextInt(last + 1);
    SimulatedTask task = runnable.get(chosen);
    // The last one takes the place of the one that leaves: any order will do, as it is drawn
    // anyway.
    runnable.set(chosen, runnable.get(last));
    runnable.remove(last);
    return task;
  }

  private void step(SimulatedTask task) {
    noteStep(task);
    task.polled = false;
    running = task;
    finishStep(task);
  }

  private void noteStep(SimulatedTask task) {
    hash.add(now + task.number * TASK_STRIDE);
  }

  /** Runs the task to its next wait, or until it halts the run. */
  private void finishStep(SimulatedTask task) {
    task.resume();
    running = null;
    if (halted == null && !task.polled) {
      progress++;
    }
  }

  /** Makes the polling tasks runnable that have something new to see. */
  private boolean resumePolling() {
    boolean resumed = false;
    for (int i = 0; i < polling.size(); ) {
      SimulatedTask task = polling.get(i);
      if (task.seenProgress < progress) {
        polling.remove(i);
        if (task.asleep) {
          // Whichever came first, the task waits for the other no longer.
          sleeping.remove(task);
          task.asleep = false;
        }
        runnable.add(task);
        resumed = true;
      } else {
        i++;
      }
    }
    return resumed;
  }

  /** Moves the clock to the next sleepers; those of one moment wake together. */
  private boolean wakeNextSleepers() {
    SimulatedTask first = sleeping.peek();
    if (first == null) {
      return false;
    }
    now = first.wakeTime;
    for (SimulatedTask next = first; next != null && next.wakeTime == now; next = sleeping.peek()) {
      sleeping.remove();
      next.asleep = false;
      if (next.parked) {
        LockSupport.unpark(next.thread);
      } else {
        if (next.polled) {
          polling.remove(next);
        }
        runnable.add(next);
      }
    }
    return true;
  }

  private void checkAllEnded() {
    for (SimulatedTask task : tasks) {
      if (task.failure != null) {
        throw new IllegalStateException("task " + task.name + " failed", task.failure);
      }
    }
    String waiting =
        tasks.stream()
            .filter(task -> task.thread.isAlive())
            .map(SimulatedTask::name)
            .collect(Collectors.joining(", "));
    if (!waiting.isEmpty()) {
      throw new IllegalStateException(
          "at virtual time %d ns nothing can run, and these tasks wait: %s"
              .formatted(now, waiting));
    }
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Task start(String name, Runnable body) {
    SimulatedTask task = new SimulatedTask(name, tasks.size(), body);
    tasks.add(task);
    task.thread.start();
    return task;
  }

  @Override
  public RandomStreams streams() {
    return streams;
  }

  @Override
  public void sleep(long nanoseconds) {
    if (nanoseconds <= 0) {
      return;
    }
    SimulatedTask task = current();
    long wakeTime = timeAfter(nanoseconds);
    if (!advance(task, wakeTime)) {
      wakeAt(task, wakeTime);
      task.suspend();
    }
  }

  /** The end of time comes before an overflow. */
  private long timeAfter(long nanoseconds) {
    return nanoseconds > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanoseconds;
  }

  /**
   * Moves the clock under the running task, when nothing else can run before that time: what the
   * run would do if the task slept. A task that polls has something new to see, as the running one
   * does something, and would come first.
   */
  private boolean advance(SimulatedTask task, long wakeTime) {
    if (!runnable.isEmpty() || !polling.isEmpty()) {
      return false;
    }
    SimulatedTask next = sleeping.peek();
    if (next != null && next.wakeTime <= wakeTime) {
      return false;
    }
    progress++;
    now = wakeTime;
    noteStep(task);
    return true;
  }

  private void wakeAt(SimulatedTask task, long time) {
    task.wakeTime = time;
    task.wakeSequence = wakeSequence++;
    task.asleep = true;
    sleeping.add(task);
  }

  @Override
  public void park(long nanoseconds) {
    SimulatedTask task = current();
    long wakeTime = timeAfter(nanoseconds);
    if (advance(task, wakeTime)) {
      return;
    }
    wakeAt(task, wakeTime);
    task.parked = true;
    LockSupport.park(this);
    task.parked = false;
    if (task.asleep) {
      // It was unparked before its time.
      sleeping.remove(task);
      task.asleep = false;
    }
  }

  @Override
  public void spend(long nanoseconds) {
    sleep(nanoseconds);
  }

  @Override
  public void pause(int idleRounds) {
    startPolling(idleRounds).suspend();
  }

  private SimulatedTask startPolling(int idleRounds) {
    SimulatedTask task = current();
    if (idleRounds <= 1) {
      progress++;
    }
    task.polled = true;
    task.seenProgress = progress;
    polling.add(task);
    return task;
  }

  @Override
  public void pause(int idleRounds, long deadline) {
    if (deadline <= now) {
      return;
    }
    SimulatedTask task = startPolling(idleRounds);
    wakeAt(task, deadline);
    task.suspend();
  }

  private SimulatedTask current() {
    SimulatedTask task = running;
    if (task == null || task.thread != Thread.currentThread()) {
      throw new IllegalStateException(
          Thread.currentThread() + " is no task of this scheduler, or blocked in its middle");
    }
    return task;
  }

  /** One executor a task, so that a continuation says whose it is. */
  private final class SimulatedTask implements Task, Executor {
    private final String name;
    private final int number;
    private final Thread thread;
    private final Signal monitorFree = new Signal();
    private volatile Runnable continuation = () -> {};
    private @Nullable Throwable failure;
    private long wakeTime;
    private long wakeSequence;
    private long seenProgress;

    /** Whether it waits in {@link #polling}, or did so last. */
    private boolean polled;

    /** Whether it waits in {@link #sleeping}. */
    private boolean asleep;

    /** Whether it waits to be unparked. */
    private boolean parked;

    /** Whether it leaves its thread by itself, and is not runnable for having left. */
    private boolean suspending;

    SimulatedTask(String name, int number, Runnable body) {
      this.name = name;
      this.number = number;
      this.thread = newVirtualThread(name, this, () -> run(body));
    }

    private void run(Runnable body) {
      try {
        body.run();
      } catch (Throwable thrown) {
        failure = thrown;
      }
    }

    /**
     * Leaves the thread, until the run goes on with the task. Unlike a park it knows no permit:
     * nobody's unpark ends it, and it takes nobody's permit away.
     */
    @SuppressWarnings("ThreadPriorityCheck") // the way off a carrier that no unpark brings back
    void suspend() {
      suspending = true;
      Thread.yield();
      if (suspending) {
        throw new IllegalStateException("task " + name + " cannot wait here: it is pinned");
      }
    }

    /**
     * Runs the task until it waits for something of this run. A monitor of the JDK's own that a
     * thread outside holds, the cleaner's for one, takes a task off its carrier, too. That is no
     * scheduling point, since no seed decides when it happens: the run waits until the task is
     * back, and goes on with it as if nothing had been.
     */
    void resume() {
      continuation.run();
      while (VIRTUAL_THREAD_STATE.isOffItsCarrierOverMonitor(thread)) {
        monitorFree.await();
        continuation.run();
      }
    }

    @Override
    public void execute(Runnable resume) {
      continuation = resume;
      if (VIRTUAL_THREAD_STATE.isOffItsCarrierOverMonitor(thread)) {
        monitorFree.raise();
      } else if (suspending) {
        suspending = false;
      } else if (!abandoned) {
        runnable.add(this);
      }
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void join() {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException retried) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (failure != null) {
        throw new IllegalStateException("task " + name + " failed", failure);
      }
    }
  }

  // The JDK has the constructor but no public way to it; jvm.options opens its package.
  private static Constructor<?> virtualThreadBuilder() {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | RuntimeException unavailable) {
      throw new IllegalStateException(
          "simulated time needs JDK 25 with --add-opens java.base/java.lang=ALL-UNNAMED",
          unavailable);
    }
  }

  private static Thread newVirtualThread(String name, Executor executor, Runnable body) {
    try {
      Thread.Builder.OfVirtual builder =
          (Thread.Builder.OfVirtual) VIRTUAL_THREAD_BUILDER.newInstance(executor);
      return builder.name(name).unstarted(body);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
