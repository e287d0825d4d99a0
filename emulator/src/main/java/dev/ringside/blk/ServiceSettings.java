package dev.ringside.blk;

import dev.ringside.storage.ServiceModel;

/**
 * How a device serves its queues: what a study of batching varies.
 *
 * @param workers tasks that process requests, 0 to {@link #MAX_WORKERS}; with 0 the queue's own
 *     task does, and the mapping says nothing
 * @param mapping which workers process the requests of which queue
 * @param waiting what a queue's task does when there is nothing to do
 * @param coalescing when interrupts are held back
 * @param maxMerge how many adjacent reads or writes that are available together may become one
 *     transfer, 1 to {@link #MAX_MERGE}; 1 merges none
 * @param model how long the disk works on a request. Without workers the time of several requests
 *     passes at once, of as many as the model has units; a worker waits for its request's
 */
public record ServiceSettings(
    int workers,
    WorkerMapping mapping,
    WaitPolicy waiting,
    CoalescingPolicy coalescing,
    int maxMerge,
    ServiceModel model) {
  /** The most workers of a device. */
  public static final int MAX_WORKERS = 1024;

  /** The most requests that can become one transfer: those that go through a step together. */
  public static final int MAX_MERGE = QueueService.BATCH;

  /**
   * No workers; sleeping until a notification comes; each interrupt at once; no merging; no time.
   */
  public static final ServiceSettings DEFAULT =
      new ServiceSettings(0, WorkerMapping.shared(), WaitPolicy.sleep(), CoalescingPolicy.off(), 1);

  /** A service that takes no time. */
  public ServiceSettings(
      int workers,
      WorkerMapping mapping,
      WaitPolicy waiting,
      CoalescingPolicy coalescing,
      int maxMerge) {
    this(workers, mapping, waiting, coalescing, maxMerge, ServiceModel.none());
  }

  public ServiceSettings {
    if (workers < 0 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException("%d workers: not 0 to %d".formatted(workers, MAX_WORKERS));
    }
    if (maxMerge < 1 || maxMerge > MAX_MERGE) {
      throw new IllegalArgumentException(
          "merging of %d: not 1 to %d".formatted(maxMerge, MAX_MERGE));
    }
  }

  public ServiceSettings withWorkers(int count) {
    return new ServiceSettings(count, mapping, waiting, coalescing, maxMerge, model);
  }

  public ServiceSettings withMapping(WorkerMapping which) {
    return new ServiceSettings(workers, which, waiting, coalescing, maxMerge, model);
  }

  public ServiceSettings withWaiting(WaitPolicy how) {
    return new ServiceSettings(workers, mapping, how, coalescing, maxMerge, model);
  }

  public ServiceSettings withCoalescing(CoalescingPolicy when) {
    return new ServiceSettings(workers, mapping, waiting, when, maxMerge, model);
  }

  public ServiceSettings withMaxMerge(int requests) {
    return new ServiceSettings(workers, mapping, waiting, coalescing, requests, model);
  }

  public ServiceSettings withModel(ServiceModel how) {
    return new ServiceSettings(workers, mapping, waiting, coalescing, maxMerge, how);
  }
}
