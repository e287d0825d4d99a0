package dev.ringside.machine;

/**
 * What a task waits for: somebody raises it, before the wait or during it, and the wait ends. Any
 * thread raises; one thread at a time waits. A wait may end for nothing.
 */
public interface WakeUp {
  /** Ends the current wait, or the next one. */
  void raise();

  /** Waits until it is raised, and takes that back. */
  void await();

  /**
   * Waits until it is raised, and takes that back, but no longer than this.
   *
   * @param scheduler of the calling task, in whose time the wait is measured
   * @param nanoseconds at most; 0 or less only looks
   * @return false when the time was up first
   */
  boolean await(Scheduler scheduler, long nanoseconds);
}
