package dev.ringside.lab.report;

import dev.ringside.lab.report.plot.Unit;
import dev.ringside.lab.study.Metric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * A column of numbers in one unit with as many decimals in each, so that they compare by eye and
 * sort as text: what suits the median.
 *
 * @param metric what is in it
 * @param factor what one of the unit is worth
 * @param unit its name; may be empty
 * @param decimals of every number
 */
record MetricColumn(Metric metric, double factor, String unit, int decimals) {
  private static final MathContext TWO_DIGITS = new MathContext(2);
  private static final int DIGITS_OF_MEDIAN = 4;
  private static final int MOST_DECIMALS = 5;
  private static final double EXACT_WHOLE_NUMBERS_END = 1e15;

  /** The column for those values. */
  static MetricColumn of(Metric metric, DoubleStream values) {
    double[] sizes =
        values.map(Math::abs).filter(size -> size > 0 && Double.isFinite(size)).sorted().toArray();
    double median = sizes.length == 0 ? 0 : sizes[sizes.length / 2];
    Unit unit = MetricWords.unit(metric);
    Unit.Prefix prefix = unit.prefixFor(median);
    double factor = prefix.factor();
    boolean whole =
        Arrays.stream(sizes)
            .map(size -> size / factor)
            .allMatch(size -> size == Math.rint(size) && size < EXACT_WHOLE_NUMBERS_END);
    int decimals = 0;
    if (!whole) {
      int leading = (int) Math.floor(Math.log10(median / factor)) + 1;
      decimals = Math.clamp(DIGITS_OF_MEDIAN - leading, 0, MOST_DECIMALS);
    }
    return new MetricColumn(metric, factor, unit.symbol(prefix), decimals);
  }

  /** The column's head: {@code latency p99 (µs)}. */
  String head() {
    String title = MetricWords.title(metric);
    return unit.isEmpty() ? title : "%s (%s)".formatted(title, unit);
  }

  /** A value without its unit; a dash when there is none. */
  String cell(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    BigDecimal number = BigDecimal.valueOf(value / factor);
    BigDecimal rounded = number.setScale(decimals, RoundingMode.HALF_UP);
    if (rounded.signum() != 0) {
      return rounded.toPlainString();
    }
    return number.signum() == 0 ? "0" : number.round(TWO_DIGITS).toString();
  }

  /** Whether all values read the same. */
  boolean isConstant(DoubleStream values) {
    return values.mapToObj(this::cell).distinct().count() <= 1;
  }
}
