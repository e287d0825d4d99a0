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
      // No product above the maximum, which may be any number.
      boolean fits = limitNs <= policy.maxNs() / policy.grow();
      long grown = fits ? limitNs * policy.grow() : policy.maxNs();
      limitNs = limitNs == 0 ? policy.startNs() : grown;
    }
  }
}
