package dev.ringside.lab.report;

import dev.ringside.lab.study.Metric;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a rising curve stops to pay: its point farthest above the straight line from its first to
 * its last point, both axes scaled to one; the parameter's by its logarithm when it is positive.
 */
final class Knee {
  /** A curve that hardly leaves the straight line has no knee. */
  private static final double LEAST_RISE = 0.1;

  private Knee() {}

  /** The knee among groups in the order of their places; null when there is none. */
  static @Nullable PointGroup of(
      List<PointGroup> groups, ToDoubleFunction<PointGroup> place, Metric metric) {
    if (groups.size() < 3) {
      return null;
    }
    boolean logarithmic = place.applyAsDouble(groups.getFirst()) > 0;
    double first = at(place.applyAsDouble(groups.getFirst()), logarithmic);
    double last = at(place.applyAsDouble(groups.getLast()), logarithmic);
    double start = groups.getFirst().mean(metric);
    double rise = groups.getLast().mean(metric) - start;
    if (!(rise > 0) || !(last > first)) {
      return null;
    }
    PointGroup knee = null;
    double farthest = LEAST_RISE;
    for (PointGroup group : groups) {
      double x = (at(place.applyAsDouble(group), logarithmic) - first) / (last - first);
      double above = (group.mean(metric) - start) / rise - x;
      if (above > farthest) {
        farthest = above;
        knee = group;
      }
    }
    return knee;
  }

  private static double at(double place, boolean logarithmic) {
    return logarithmic ? Math.log(place) : place;
  }
}
