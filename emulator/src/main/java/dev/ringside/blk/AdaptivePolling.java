package dev.ringside.blk;

/**
 * Learns how long it is worth to look for work before sleeping, see {@link WaitPolicy.Adaptive}.
 */
final class AdaptivePolling {
  private final WaitPolicy.Adaptive policy;
  private long limitNs;

  AdaptivePolling(WaitPolicy.Adaptive policy) {
    this.policy = policy;
  }

  /** How long to look before sleeping, in nanoseconds. */
  long limitNs() {
    return limitNs;
  }

  /**
   * Work came after a time without any.
   *
   * @param idleNs how long there was none, looking and sleeping together
   */
  void workCame(long idleNs) {
    if (idleNs <= limitNs) {
      return;
    }
    if (idleNs > policy.maxNs()) {
      limitNs = policy.shrink() == 0 ? 0 : limitNs / policy.shrink();
    } else {
      long grown = limitNs == 0 ? policy.startNs() : limitNs * policy.grow();
      limitNs = Math.min(grown, policy.maxNs());
    }
  }
}
