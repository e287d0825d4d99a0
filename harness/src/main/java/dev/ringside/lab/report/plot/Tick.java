package dev.ringside.lab.report.plot;

/**
 * A place on an axis that has a name.
 *
 * @param value where, in the axis' own numbers
 * @param label its name; empty for a line without one
 */
public record Tick(double value, String label) {}
