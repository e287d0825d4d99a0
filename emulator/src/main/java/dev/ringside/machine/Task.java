package dev.ringside.machine;

/** A started task. */
public interface Task {
  /** The name it was started with. */
  String name();

  /**
   * Waits until the task has ended.
   *
   * @throws IllegalStateException when the task ended with an exception, which is the cause
   */
  void join();
}
