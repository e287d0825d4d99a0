package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Axis;
import dev.ringside.lab.report.plot.Dot;
import dev.ringside.lab.report.plot.LinearScale;
import dev.ringside.lab.report.plot.LogScale;
import dev.ringside.lab.report.plot.Series;
import dev.ringside.lab.report.plot.Unit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** An axis of measured values: from zero, or logarithmic when they are far apart. */
final class ValueAxis {
  private static final double LOGARITHMIC_FROM = 50;

  private ValueAxis() {}

  /** An axis with room for all of them; those that are not finite need none. */
  static Axis of(String title, Unit unit, DoubleStream values) {
    return of(title, unit, values, unit != Unit.SHARE);
  }

  /** An axis from zero with room for all of them. */
  static Axis linear(String title, Unit unit, DoubleStream values) {
    return of(title, unit, values, false);
  }

  private static Axis of(String title, Unit unit, DoubleStream values, boolean mayBeLogarithmic) {
    double[] known = values.filter(Double::isFinite).toArray();
    double least = Arrays.stream(known).min().orElse(0);
    double largest = Arrays.stream(known).max().orElse(0);
    if (least == 0 && largest == 0) {
      return new Axis(title, LinearScale.fromZero(0, unit == Unit.SHARE ? 0.01 : 1, unit));
    }
    if (mayBeLogarithmic && least > 0 && largest / least >= LOGARITHMIC_FROM) {
      return new Axis(title, LogScale.covering(least, largest, unit));
    }
    return new Axis(title, LinearScale.fromZero(least, largest, unit));
  }

  /** All values that lines on that side reach, their spread among them. */
  static DoubleStream values(List<Series> series, Series.Side side) {
    return series.stream()
        .filter(one -> one.side() == side)
        .flatMap(one -> one.dots().stream())
        .flatMapToDouble(ValueAxis::reach);
  }

  private static DoubleStream reach(Dot dot) {
    return DoubleStream.of(dot.y(), dot.low(), dot.high());
  }
}
