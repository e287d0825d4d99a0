package dev.ringside.lab.report.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Names at equal distances: value 0 is the first name. Each has a slot of its own, and stands in
 * the middle of it.
 *
 * @param names at least one
 */
public record OrdinalScale(List<String> names) implements Scale {
  /** Takes a copy; one name at least. */
  public OrdinalScale {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("a scale without names");
    }
  }

  @Override
  public double at(double value) {
    return (value + 0.5) / names.size();
  }

  @Override
  public boolean takes(double value) {
    return value >= -0.5 && value <= names.size() - 0.5;
  }

  /** All names, however many; an axis leaves out those that have no room. */
  @Override
  public List<Tick> ticks(int count) {
    List<Tick> ticks = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      ticks.add(new Tick(i, names.get(i)));
    }
    return ticks;
  }
}
