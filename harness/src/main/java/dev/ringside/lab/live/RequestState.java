package dev.ringside.lab.live;

/**
 * A request in flight.
 *
 * @param number from 0 on, in the order of submission
 * @param head what driver and device call it
 * @param bytes of data
 * @param submittedNs when its chain was written, in the run's time
 * @param sinceNs when it came to this stage
 * @param place where it stands among the available: an index in a split ring, a cursor in a packed
 *     one
 * @param length descriptors of the ring that its chain takes in a packed ring; 1 in a split one
 * @param usedPlace where it stands among the used, likewise; -1 until it is {@link
 *     RequestStage#USED}
 */
public record RequestState(
    long number,
    int head,
    RequestStage stage,
    long bytes,
    long submittedNs,
    long sinceNs,
    int place,
    int length,
    int usedPlace) {}
