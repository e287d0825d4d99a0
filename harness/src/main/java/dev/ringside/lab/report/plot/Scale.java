package dev.ringside.lab.report.plot;

import java.util.List;

/** Where a value stands along an axis. */
public sealed interface Scale permits LinearScale, LogScale, OrdinalScale, PercentileScale {
  /** The value's place, 0 at the start of the axis and 1 at its end; beyond them when outside. */
  double at(double value);

  /** Whether the value has a place at all: finite, and positive where there are logarithms. */
  boolean takes(double value);

  /** Named places in ascending order, about {@code count} of them. */
  List<Tick> ticks(int count);

  /** What all tick labels are counted in, for the axis' title; empty when each says it itself. */
  default String unitOfTicks() {
    return "";
  }
}
