package dev.ringside.lab.live;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is shown of a run at one moment. Two states of runs with the same settings at the
 * same event are equal, whichever way the runs came there.
 *
 * @param event how many events have happened; 0 at full speed, where none are noted
 * @param timeNs in the run's time, from its start
 * @param hash of the simulated run so far; empty at full speed
 * @param inFlight requests in the ring, as the driver counts them
 * @param requests the same one by one, in the order of submission; none at full speed
 * @param recent the last events, the newest last
 * @param lastKick the last decision of the driver about a notification
 * @param lastInterrupt the last decision of the device
 * @param samples for small curves, the newest last
 */
public record RunState(
    long event,
    long timeNs,
    String hash,
    RingSnapshot ring,
    int inFlight,
    boolean driverAsleep,
    boolean deviceAsleep,
    List<RequestState> requests,
    List<EventLine> recent,
    Counters counters,
    LatencySummary latency,
    @Nullable Notice lastKick,
    @Nullable Notice lastInterrupt,
    List<Sample> samples) {
  public RunState {
    requests = List.copyOf(requests);
    recent = List.copyOf(recent);
    samples = List.copyOf(samples);
  }
}
