package dev.ringside.lab.report.plot;

import java.util.List;

/**
 * One side of a plot.
 *
 * @param title what is counted along it
 * @param scale where values stand
 * @param places ticks at given places; empty for those that the scale finds
 */
public record Axis(String title, Scale scale, List<Tick> places) {
  public Axis {
    places = List.copyOf(places);
  }

  /** An axis whose ticks the scale finds. */
  public Axis(String title, Scale scale) {
    this(title, scale, List.of());
  }

  List<Tick> ticks(int count) {
    return places.isEmpty() ? scale.ticks(count) : places;
  }

  /** The title with the unit that the ticks leave out. */
  String titleWithUnit() {
    String unit = places.isEmpty() ? scale.unitOfTicks() : "";
    return unit.isEmpty() ? title : "%s (%s)".formatted(title, unit);
  }
}
