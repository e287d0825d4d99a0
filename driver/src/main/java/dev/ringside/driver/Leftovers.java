package dev.ringside.driver;

import java.util.List;

/**
 * What a ring held when it, or the whole device, was reset.
 *
 * @param answered what the device had given back before, in the order in which it did
 * @param unanswered the others, in the order in which they were submitted; the device may have
 *     carried out each of them in part, as a whole or not at all
 */
record Leftovers(List<EndedRequest> answered, List<BlockRequest> unanswered) {}
