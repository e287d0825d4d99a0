package dev.ringside.lab.replay;

import dev.ringside.driver.DriverStats;

/**
 * How driver and device told each other of work during a replay.
 *
 * @param kicksAsked batches that the driver published
 * @param kicksSent notifications of the device among them
 * @param kicksSuppressed notifications that the device had asked to leave out
 * @param interrupts that the driver took
 */
public record Notifications(
    long kicksAsked, long kicksSent, long kicksSuppressed, long interrupts) {
  /** Since the driver started. */
  static Notifications of(DriverStats stats) {
    return new Notifications(
        stats.kicksAsked(), stats.kicksSent(), stats.kicksSuppressed(), stats.interrupts());
  }

  /** What came on top of an earlier count. */
  Notifications since(Notifications earlier) {
    return new Notifications(
        kicksAsked - earlier.kicksAsked,
        kicksSent - earlier.kicksSent,
        kicksSuppressed - earlier.kicksSuppressed,
        interrupts - earlier.interrupts);
  }
}
