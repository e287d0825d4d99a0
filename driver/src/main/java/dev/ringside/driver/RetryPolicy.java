package dev.ringside.driver;

import java.util.Set;

/**
 * Which requests that ended badly are carried out once more, and how often.
 *
 * @param limit how often one request is tried again; 0 for never
 * @param statuses that are worth it: only {@link BlockStatus#IO_ERROR} says that another try may
 *     end otherwise, the zones' own statuses when somebody else closes zones
 * @param backoffNs how long a request waits before it is tried again, in nanoseconds; each further
 *     try of it waits twice as long
 */
public record RetryPolicy(int limit, Set<BlockStatus> statuses, long backoffNs) {
  /** Every request ends as the device says. */
  public static final RetryPolicy NEVER = new RetryPolicy(0, Set.of(), 0);

  private static final int MAX_DOUBLINGS = 16;

  public RetryPolicy {
    if (limit < 0 || backoffNs < 0) {
      throw new IllegalArgumentException(
          "%d retries, the first after %d ns".formatted(limit, backoffNs));
    }
    if (statuses.contains(BlockStatus.OK)
        || statuses.contains(BlockStatus.PENDING)
        || statuses.contains(BlockStatus.UNSUPPORTED)) {
      throw new IllegalArgumentException("another try changes nothing: " + statuses);
    }
    statuses = Set.copyOf(statuses);
  }

  /** Requests that ended with {@link BlockStatus#IO_ERROR}. */
  public static RetryPolicy ofErrors(int limit, long backoffNs) {
    return new RetryPolicy(limit, Set.of(BlockStatus.IO_ERROR), backoffNs);
  }

  /** Whether a request that has been tried again so often, and ended so, is tried once more. */
  boolean allows(int retries, BlockStatus status) {
    return retries < limit && statuses.contains(status);
  }

  /** How long a request waits that has been tried again so often before. */
  long backoffNs(int retries) {
    return backoffNs << Math.min(retries, MAX_DOUBLINGS);
  }
}
