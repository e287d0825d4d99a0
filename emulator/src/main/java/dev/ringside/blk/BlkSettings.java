package dev.ringside.blk;

/**
 * How a virtio-blk device is built.
 *
 * @param queues how many request queues, 1 to 1024; more than one needs MQ
 * @param queueSize largest size of the queue, a power of two of 1 to 32768
 * @param workers tasks that process requests; 0 processes in the queue's own task
 * @param offeredFeatures limits what the device offers, as a set of feature bits
 * @param waiting what the queue's task does when there is nothing to do
 * @param disk what the device shows to its driver
 */
public record BlkSettings(
    int queues,
    int queueSize,
    int workers,
    long offeredFeatures,
    Waiting waiting,
    DiskProfile disk) {
  /** Every feature that the device has. */
  public static final long ALL_FEATURES = -1L;

  private static final int MAX_QUEUES = 1024;

  /** A queue of 256 without workers, that sleeps until it is notified. */
  public static final BlkSettings DEFAULT =
      new BlkSettings(1, 256, 0, ALL_FEATURES, Waiting.FOR_KICKS, DiskProfile.DEFAULT);

  /** What a queue's task does when there is nothing to do. */
  public enum Waiting {
    /** It asks for notifications, and sleeps until one comes. */
    FOR_KICKS,
    /** It keeps looking, and tells the driver not to notify. */
    POLLING
  }

  public BlkSettings {
    if (queues < 1 || queues > MAX_QUEUES) {
      throw new IllegalArgumentException("%d queues: not 1 to %d".formatted(queues, MAX_QUEUES));
    }
    if (queueSize < 1 || queueSize > 32768 || Integer.bitCount(queueSize) != 1) {
      throw new IllegalArgumentException(
          "queue size %d: not a power of two of 1 to 32768".formatted(queueSize));
    }
    if (workers < 0) {
      throw new IllegalArgumentException("%d workers".formatted(workers));
    }
  }

  public BlkSettings withQueues(int count) {
    return new BlkSettings(count, queueSize, workers, offeredFeatures, waiting, disk);
  }

  public BlkSettings withQueueSize(int size) {
    return new BlkSettings(queues, size, workers, offeredFeatures, waiting, disk);
  }

  public BlkSettings withWorkers(int count) {
    return new BlkSettings(queues, queueSize, count, offeredFeatures, waiting, disk);
  }

  public BlkSettings withOfferedFeatures(long features) {
    return new BlkSettings(queues, queueSize, workers, features, waiting, disk);
  }

  public BlkSettings withWaiting(Waiting how) {
    return new BlkSettings(queues, queueSize, workers, offeredFeatures, how, disk);
  }

  public BlkSettings withDisk(DiskProfile profile) {
    return new BlkSettings(queues, queueSize, workers, offeredFeatures, waiting, profile);
  }
}
