package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Axis;
import dev.ringside.lab.report.plot.LinearScale;
import dev.ringside.lab.report.plot.LogScale;
import dev.ringside.lab.report.plot.OrdinalScale;
import dev.ringside.lab.report.plot.Tick;
import dev.ringside.lab.report.plot.Unit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * A varied parameter along an axis: by size where its values are numbers, logarithmic where they
 * span a decade, and otherwise by name at equal distances.
 *
 * @param axis with a tick at every value, unless there are many
 * @param places where each value stands, in the axis' order
 * @param numeric whether places are the values themselves
 */
record ParameterAxis(Axis axis, SequencedMap<String, Double> places, boolean numeric) {
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(\\.\\d{1,9})?");
  private static final double LOGARITHMIC_FROM = 10;
  private static final double UNEVEN_FROM = 30;
  private static final int MOST_TICKS = 16;

  static ParameterAxis of(String parameter, Collection<String> values) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(values));
    if (distinct.size() > 1 && distinct.stream().allMatch(ParameterAxis::isNumber)) {
      List<String> ascending = new ArrayList<>(distinct);
      ascending.sort((a, b) -> Double.compare(Double.parseDouble(a), Double.parseDouble(b)));
      double least = Double.parseDouble(ascending.getFirst());
      double largest = Double.parseDouble(ascending.getLast());
      double second = Double.parseDouble(ascending.get(1));
      if (least > 0 && largest / least >= LOGARITHMIC_FROM) {
        LogScale scale = LogScale.covering(least, largest, Unit.NUMBER);
        return numeric(new Axis(parameter, scale, ticks(ascending)), ascending);
      }
      // A zero before powers of two has no place on a logarithmic axis, and crowds a linear one.
      boolean uneven = least <= 0 && largest / second >= UNEVEN_FROM && distinct.size() > 3;
      if (!uneven && least < largest) {
        double room = (largest - least) * 0.04;
        LinearScale scale = new LinearScale(least - room, largest + room, Unit.NUMBER);
        return numeric(new Axis(parameter, scale, ticks(ascending)), ascending);
      }
      return named(parameter, ascending);
    }
    return named(parameter, distinct.isEmpty() ? List.of("all") : distinct);
  }

  /** Where a value stands; NaN, which has no place, for one that is not on the axis. */
  double place(String value) {
    return places.getOrDefault(value, Double.NaN);
  }

  private static boolean isNumber(String value) {
    return NUMBER.matcher(value).matches();
  }

  private static List<Tick> ticks(List<String> ascending) {
    if (ascending.size() > MOST_TICKS) {
      return List.of();
    }
    return ascending.stream()
        .map(value -> new Tick(Double.parseDouble(value), label(value)))
        .toList();
  }

  private static String label(String value) {
    return value.length() <= 5 ? value : Unit.NUMBER.format(Double.parseDouble(value));
  }

  private static ParameterAxis numeric(Axis axis, List<String> ascending) {
    SequencedMap<String, Double> places = new LinkedHashMap<>();
    ascending.forEach(value -> places.put(value, Double.parseDouble(value)));
    return new ParameterAxis(axis, places, true);
  }

  private static ParameterAxis named(String parameter, List<String> names) {
    SequencedMap<String, Double> places = new LinkedHashMap<>();
    for (String name : names) {
      places.put(name, (double) places.size());
    }
    return new ParameterAxis(new Axis(parameter, new OrdinalScale(names)), places, false);
  }
}
