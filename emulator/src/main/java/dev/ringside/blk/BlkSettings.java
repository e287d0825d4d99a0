package dev.ringside.blk;

import java.util.List;

/**
 * How a virtio-blk device is built.
 *
 * @param queues how many request queues, 1 to 1024; more than one needs MQ
 * @param queueSize largest size of each queue, 1 to 32768; a split ring takes a power of two
 * @param maxSegments the most data segments of a request that the device announces, 1 to {@link
 *     #MAX_SEGMENTS}; never more than a queue has descriptors beside header and status
 * @param offeredFeatures limits what the device offers, as a set of feature bits
 * @param service how the queues are served
 * @param disk what the device shows to its driver
 */
public record BlkSettings(
    int queues,
    int queueSize,
    int maxSegments,
    long offeredFeatures,
    ServiceSettings service,
    DiskProfile disk) {
  /** Every feature that the device has. */
  public static final long ALL_FEATURES = -1L;

  /** A power of two less header and status, as drivers like it. */
  public static final int MAX_SEGMENTS = 254;

  private static final int MAX_QUEUES = 1024;

  /** A queue of 256 without workers, that sleeps until it is notified. */
  public static final BlkSettings DEFAULT =
      new BlkSettings(
          1, 256, MAX_SEGMENTS, ALL_FEATURES, ServiceSettings.DEFAULT, DiskProfile.DEFAULT);

  public BlkSettings {
    if (queues < 1 || queues > MAX_QUEUES) {
      throw new IllegalArgumentException("%d queues: not 1 to %d".formatted(queues, MAX_QUEUES));
    }
    if (queueSize < 1 || queueSize > 32768) {
      throw new IllegalArgumentException("queue size %d: not 1 to 32768".formatted(queueSize));
    }
    if (maxSegments < 1 || maxSegments > MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "%d segments: not 1 to %d".formatted(maxSegments, MAX_SEGMENTS));
    }
    // With no workers nothing is mapped.
    if (service.workers() > 0
        && service.mapping() instanceof WorkerMapping.Explicit(List<Integer> workerOfQueue)
        && (workerOfQueue.size() != queues
            || workerOfQueue.stream().anyMatch(w -> w < 0 || w >= service.workers()))) {
      throw new IllegalArgumentException(
          "workers %s for %d queues and %d workers"
              .formatted(workerOfQueue, queues, service.workers()));
    }
  }

  public BlkSettings withQueues(int count) {
    return new BlkSettings(count, queueSize, maxSegments, offeredFeatures, service, disk);
  }

  public BlkSettings withQueueSize(int size) {
    return new BlkSettings(queues, size, maxSegments, offeredFeatures, service, disk);
  }

  public BlkSettings withMaxSegments(int count) {
    return new BlkSettings(queues, queueSize, count, offeredFeatures, service, disk);
  }

  public BlkSettings withOfferedFeatures(long features) {
    return new BlkSettings(queues, queueSize, maxSegments, features, service, disk);
  }

  public BlkSettings withService(ServiceSettings how) {
    return new BlkSettings(queues, queueSize, maxSegments, offeredFeatures, how, disk);
  }

  public BlkSettings withWorkers(int count) {
    return withService(service.withWorkers(count));
  }

  public BlkSettings withWaiting(WaitPolicy how) {
    return withService(service.withWaiting(how));
  }

  public BlkSettings withDisk(DiskProfile profile) {
    return new BlkSettings(queues, queueSize, maxSegments, offeredFeatures, service, profile);
  }
}
