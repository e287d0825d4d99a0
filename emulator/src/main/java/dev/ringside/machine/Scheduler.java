package dev.ringside.machine;

/**
 * Starts tasks and lets them wait. Two kinds: {@link RealScheduler} runs platform threads on the
 * machine's clock; {@link SimulatedScheduler} runs virtual threads one at a time, in an order drawn
 * from a seed, on a virtual clock.
 *
 * <p>A task may block on a {@link Signal}, on a {@code java.util.concurrent} lock, in {@link
 * #sleep}, {@link #spend} or {@link #pause}, and nowhere else.
 */
public sealed interface Scheduler permits RealScheduler, SimulatedScheduler {
  /** The time that this scheduler's tasks live in. */
  Clock clock();

  /** Where the tasks' own choices come from. */
  RandomStreams streams();

  /**
   * Starts a task.
   *
   * @param name unique within a run; it names the thread and stands in reports
   */
  Task start(String name, Runnable body);

  /** Suspends the calling task; its processor is free meanwhile. */
  void sleep(long nanoseconds);

  /**
   * Suspends the calling task until somebody unparks its thread, or this time is over. As {@link
   * java.util.concurrent.locks.LockSupport#parkNanos(long)}, it may return for no reason: the
   * caller looks again.
   *
   * @param nanoseconds positive
   */
  void park(long nanoseconds);

  /**
   * Occupies the calling task's processor: the way a {@link CostModel} cost is charged. Zero costs
   * nothing and is no scheduling point.
   */
  void spend(long nanoseconds);

  /**
   * One round of a polling loop that found nothing.
   *
   * <p>At full speed this relaxes the processor, and gives it up after many idle rounds. In
   * simulated time the task is resumed after another task has done something; rounds after the
   * first tell the scheduler that this one has not.
   *
   * @param idleRounds how many rounds in a row found nothing, this one included: 1 or more
   */
  void pause(int idleRounds);

  /**
   * As {@link #pause(int)}, for a loop that ends at some time even when it finds nothing: in
   * simulated time the task is resumed then at the latest, though no other task has done anything.
   *
   * @param deadline on {@link #clock}
   */
  void pause(int idleRounds, long deadline);
}
