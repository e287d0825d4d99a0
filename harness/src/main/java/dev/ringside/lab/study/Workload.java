package dev.ringside.lab.study;

import java.util.Map;

/**
 * What is asked of the disk.
 *
 * @param arrival where requests come from
 * @param queueDepth requests that each queue's task keeps in flight in a closed loop, 1 or more
 * @param requests of the whole run, where the arrival does not say
 * @param size bytes of each request, a multiple of 512
 * @param readShare 0 to 1
 * @param sequential one place after the other, not anywhere
 * @param refills a closed loop submits at each completion; otherwise it waits for its whole batch
 * @param thinkNs pause of a closed loop before what follows a completion
 * @param recordedPace a trace's requests arrive when they did
 */
record Workload(
    Arrival arrival,
    int queueDepth,
    long requests,
    int size,
    double readShare,
    boolean sequential,
    boolean refills,
    long thinkNs,
    boolean recordedPace) {
  static Workload of(Map<String, String> values) throws ExperimentException {
    return new Workload(
        Parameters.ARRIVAL.in(values),
        Parameters.QUEUE_DEPTH.in(values),
        Parameters.REQUESTS.in(values),
        Parameters.SIZE.in(values),
        Parameters.MIX.in(values),
        Parameters.PATTERN.in(values),
        Parameters.LOOP.in(values),
        Parameters.THINK.in(values),
        Parameters.TIMING.in(values));
  }

  Workload withRequests(long count) {
    return new Workload(
        arrival, queueDepth, count, size, readShare, sequential, refills, thinkNs, recordedPace);
  }
}
