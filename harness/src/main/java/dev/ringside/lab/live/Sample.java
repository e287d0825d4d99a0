package dev.ringside.lab.live;

/**
 * A point of the small curves: means over the completions since the last one.
 *
 * @param timeNs when, in the run's time
 * @param inFlight requests in the ring, weighted by time; at full speed, those at this moment
 * @param latencyNs mean, in nanoseconds
 * @param kicksPerRequest notifications for each completed request
 * @param interruptsPerRequest likewise
 * @param requestsPerSecond completed, of the run's time
 */
public record Sample(
    long timeNs,
    double inFlight,
    double latencyNs,
    double kicksPerRequest,
    double interruptsPerRequest,
    double requestsPerSecond) {
  /** How many are kept. */
  static final int KEPT = 120;

  /** What happened between two states of the counters. */
  static Sample between(
      long timeNs,
      long elapsedNs,
      double inFlight,
      double latencyNs,
      Counters before,
      Counters now) {
    double completed = Math.max(1, now.completed() - before.completed());
    return new Sample(
        timeNs,
        inFlight,
        latencyNs,
        (now.kicks() - before.kicks()) / completed,
        (now.interrupts() - before.interrupts()) / completed,
        elapsedNs == 0 ? 0 : (now.completed() - before.completed()) * 1e9 / elapsedNs);
  }
}
