package dev.ringside.driver;

import dev.ringside.virtio.spec.Feature;

/**
 * How a driver uses its device.
 *
 * @param queues how many request queues to use, 1 or more; fewer when the device has fewer
 * @param queueSize descriptors of each ring, 1 to 32768; the device's maximum when that is smaller,
 *     and the next lower power of two for a split ring
 * @param features limits what the driver accepts, as a set of feature bits
 * @param batching when the device is told of requests
 * @param completion how completions are learnt
 * @param timestamps whether requests are stamped when they are submitted and when they end
 * @param requestTimeoutNs how long the device may have a request, in nanoseconds; 0 for ever. With
 *     a limit, {@link BlockDevice#await} also finds completions whose interrupt was lost
 * @param recovery what becomes of requests in flight when the device is {@linkplain
 *     VirtioBlkDriver#recover reset and brought up again}
 * @param errors what the driver does by itself when something goes wrong
 * @param pollQueues how many of the queues, the last ones, have no interrupts and {@linkplain
 *     CompletionPolicy#POLL_QUEUE are polled}; 0 or more. The first queue is never one of these
 */
public record DriverSettings(
    int queues,
    int queueSize,
    long features,
    BatchPolicy batching,
    CompletionPolicy completion,
    boolean timestamps,
    long requestTimeoutNs,
    RecoveryPolicy recovery,
    ErrorHandling errors,
    int pollQueues) {
  /** Every feature that the driver knows. */
  public static final long ALL_FEATURES = -1L;

  /** What shapes the ring otherwise than most devices do; taken when asked for. */
  private static final long RING_SHAPES = Feature.setOf(Feature.RING_PACKED, Feature.IN_ORDER);

  /** A split queue of 256, kicked by the caller, with interrupts and time stamps. */
  public static final DriverSettings DEFAULT =
      new DriverSettings(
          1,
          256,
          ALL_FEATURES & ~RING_SHAPES,
          BatchPolicy.onLast(),
          CompletionPolicy.INTERRUPT,
          true,
          0,
          RecoveryPolicy.FAIL,
          ErrorHandling.OFF,
          0);

  public DriverSettings {
    if (queues < 1) {
      throw new IllegalArgumentException("%d queues".formatted(queues));
    }
    if (queueSize < 1 || queueSize > 32768) {
      throw new IllegalArgumentException("queue size %d: not 1 to 32768".formatted(queueSize));
    }
    if (requestTimeoutNs < 0) {
      throw new IllegalArgumentException("a timeout of %d ns".formatted(requestTimeoutNs));
    }
    if (pollQueues < 0) {
      throw new IllegalArgumentException("%d poll queues".formatted(pollQueues));
    }
  }

  /**
   * How a queue learns of completions.
   *
   * @param queue its number
   * @param count how many queues the driver uses, which may be fewer than it asked for
   */
  CompletionPolicy completionOf(int queue, int count) {
    return queue >= count - Math.min(pollQueues, count - 1)
        ? CompletionPolicy.POLL_QUEUE
        : completion;
  }

  public DriverSettings withQueues(int count) {
    return new DriverSettings(
        count,
        queueSize,
        features,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withQueueSize(int size) {
    return new DriverSettings(
        queues,
        size,
        features,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withFeatures(long accepted) {
    return new DriverSettings(
        queues,
        queueSize,
        accepted,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withBatching(BatchPolicy policy) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        policy,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withCompletion(CompletionPolicy policy) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        policy,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withTimestamps(boolean stamped) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        completion,
        stamped,
        requestTimeoutNs,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withRequestTimeoutNs(long nanoseconds) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        completion,
        timestamps,
        nanoseconds,
        recovery,
        errors,
        pollQueues);
  }

  public DriverSettings withRecovery(RecoveryPolicy policy) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        policy,
        errors,
        pollQueues);
  }

  public DriverSettings withErrors(ErrorHandling handling) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        handling,
        pollQueues);
  }

  public DriverSettings withPollQueues(int count) {
    return new DriverSettings(
        queues,
        queueSize,
        features,
        batching,
        completion,
        timestamps,
        requestTimeoutNs,
        recovery,
        errors,
        count);
  }
}
