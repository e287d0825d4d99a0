package dev.ringside.fault;

/**
 * A rule has fired: something goes wrong now.
 *
 * @param effect what
 * @param sectors those that the request touches and the rule selects; all of any disk when the
 *     request touches none
 * @param draw a number from the rule's stream, for what the effect leaves to chance
 */
public record Firing<E extends FaultEffect>(E effect, SectorRange sectors, long draw) {}
