package dev.ringside.blk;

/**
 * How a virtio-blk device is built.
 *
 * @param queueSize largest size of the queue, a power of two of 1 to 32768
 * @param workers tasks that process requests; 0 processes in the queue's own task
 * @param offeredFeatures limits what the device offers, as a set of feature bits
 * @param waiting what the queue's task does when there is nothing to do
 * @param serial what GET_ID returns, up to 20 ASCII characters
 */
public record BlkSettings(
    int queueSize, int workers, long offeredFeatures, Waiting waiting, String serial) {
  /** Every feature that the device has. */
  public static final long ALL_FEATURES = -1L;

  /** A queue of 256 without workers, that sleeps until it is notified. */
  public static final BlkSettings DEFAULT =
      new BlkSettings(256, 0, ALL_FEATURES, Waiting.FOR_KICKS, "ringside-0");

  /** What a queue's task does when there is nothing to do. */
  public enum Waiting {
    /** It asks for notifications, and sleeps until one comes. */
    FOR_KICKS,
    /** It keeps looking, and tells the driver not to notify. */
    POLLING
  }

  public BlkSettings {
    if (queueSize < 1 || queueSize > 32768 || Integer.bitCount(queueSize) != 1) {
      throw new IllegalArgumentException(
          "queue size %d: not a power of two of 1 to 32768".formatted(queueSize));
    }
    if (workers < 0) {
      throw new IllegalArgumentException("%d workers".formatted(workers));
    }
    if (serial.length() > 20) {
      throw new IllegalArgumentException("serial %s: more than 20 characters".formatted(serial));
    }
  }

  public BlkSettings withQueueSize(int size) {
    return new BlkSettings(size, workers, offeredFeatures, waiting, serial);
  }

  public BlkSettings withWorkers(int count) {
    return new BlkSettings(queueSize, count, offeredFeatures, waiting, serial);
  }

  public BlkSettings withOfferedFeatures(long features) {
    return new BlkSettings(queueSize, workers, features, waiting, serial);
  }

  public BlkSettings withWaiting(Waiting how) {
    return new BlkSettings(queueSize, workers, offeredFeatures, how, serial);
  }
}
