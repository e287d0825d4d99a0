package dev.ringside.lab.live;

/**
 * What was counted since the run began.
 *
 * @param submitted requests whose chain was written
 * @param publications of the driver, each of one or more chains
 * @param kicks notifications sent
 * @param suppressedKicks notifications that the device did not want
 * @param interrupts raised
 * @param suppressedInterrupts that the driver did not want
 * @param heldInterrupts that were held back to coalesce
 * @param completed requests that the driver has ended
 * @param ringFull submissions that found no room
 * @param withdrawn requests that were in the ring when the driver reset it
 */
public record Counters(
    long submitted,
    long publications,
    long kicks,
    long suppressedKicks,
    long interrupts,
    long suppressedInterrupts,
    long heldInterrupts,
    long completed,
    long ringFull,
    long withdrawn) {}
