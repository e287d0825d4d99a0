package dev.ringside.lab.report.plot;

import java.util.List;

/**
 * A line of a plot.
 *
 * @param name in the legend
 * @param style how it looks
 * @param side which axis it is measured on
 * @param marked whether its dots are drawn, not the line alone
 * @param dots in the order in which the line passes them
 */
public record Series(String name, Style style, Side side, boolean marked, List<Dot> dots) {
  public Series {
    dots = List.copyOf(dots);
  }

  /** A measured line on the left axis. */
  public Series(String name, Style style, List<Dot> dots) {
    this(name, style, Side.LEFT, true, dots);
  }

  /** An axis of values. */
  public enum Side {
    LEFT,
    RIGHT
  }
}
