package dev.ringside.driver;

/**
 * A request that has ended, and whose owner has not been told.
 *
 * @param status how it ended
 */
record EndedRequest(BlockRequest request, BlockStatus status) {}
