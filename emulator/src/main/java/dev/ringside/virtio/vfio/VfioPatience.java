package dev.ringside.virtio.vfio;

import java.util.concurrent.TimeUnit;

/**
 * How long a session waits for its client.
 *
 * @param answerNs for the answer to an access to memory, in nanoseconds
 * @param commandNs how long a command may take before such accesses are given up, which the client
 *     may not answer meanwhile, in nanoseconds
 * @param stallNs for the rest of a message that has begun, and for room for one of this side's, in
 *     nanoseconds
 */
public record VfioPatience(long answerNs, long commandNs, long stallNs) {
  /** Less than clients have themselves, which is five seconds. */
  public static final VfioPatience DEFAULT =
      new VfioPatience(
          TimeUnit.SECONDS.toNanos(4), TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(4));
}
