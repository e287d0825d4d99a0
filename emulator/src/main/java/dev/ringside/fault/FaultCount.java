package dev.ringside.fault;

/**
 * How often a rule came into question so far.
 *
 * @param number of the rule in its plan, counted from 1
 * @param matched occasions that its selector fits, before its occurrence and repetition
 * @param fired how often it fired
 */
public record FaultCount(int number, FaultRule rule, long matched, long fired) {}
