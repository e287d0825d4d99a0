package dev.ringside.lab.replay;

import dev.ringside.machine.EventLog;
import java.util.List;
import java.util.Optional;

/**
 * A replay and the machine that it ran on.
 *
 * @param result what the replay did
 * @param notifications kicks and interrupts of it
 * @param runHash of a simulated run, 16 hexadecimal digits
 * @param ring the ring after the last request, annotated, when that was asked for
 * @param faults what went wrong, when there was a plan for it
 * @param events of the machine in the order of time, when they were recorded
 */
public record ReplayReport(
    ReplayResult result,
    Notifications notifications,
    Optional<String> runHash,
    Optional<String> ring,
    Optional<FaultReport> faults,
    List<EventLog.Event> events) {
  public ReplayReport {
    events = List.copyOf(events);
  }

  /** Notifications sent for each request; 0 when there were none. */
  public double kicksPerRequest() {
    return perRequest(notifications.kicksSent());
  }

  /** Interrupts taken for each request; 0 when there were none. */
  public double interruptsPerRequest() {
    return perRequest(notifications.interrupts());
  }

  ReplayReport withRunHash(String hash) {
    return new ReplayReport(result, notifications, Optional.of(hash), ring, faults, events);
  }

  ReplayReport withEvents(List<EventLog.Event> recorded) {
    return new ReplayReport(result, notifications, runHash, ring, faults, recorded);
  }

  private double perRequest(long count) {
    return result.requests() == 0 ? 0 : (double) count / result.requests();
  }
}
