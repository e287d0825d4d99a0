package dev.ringside.lab.study;

import dev.ringside.driver.BlockRequest;

/** Says what the next request is, and when it arrives. */
interface RequestSource {
  /** Whether there is another one. */
  boolean hasNext();

  /**
   * When the next one arrives, in nanoseconds from the run's start; only where the workload is
   * open.
   */
  long nextTime();

  /**
   * Makes the object the next request, and goes on to the one after it.
   *
   * @param buffer guest memory for its data, as much as the largest request takes
   */
  void fill(BlockRequest request, long buffer);
}
