package dev.ringside.lab.report.plot;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Equal differences take equal lengths.
 *
 * @param low value at the start, less than {@code high}
 * @param high value at the end
 * @param unit of the values
 */
public record LinearScale(double low, double high, Unit unit) implements Scale {
  private static final int TICKS_TO_ROUND_TO = 5;

  /** {@code low} and {@code high} must be finite and in order. */
  public LinearScale {
    if (!(Double.isFinite(low) && Double.isFinite(high) && low < high)) {
      throw new IllegalArgumentException("no scale from %s to %s".formatted(low, high));
    }
  }

  /**
   * A scale from zero, or from a negative least value, to a round number at or above the largest.
   */
  public static LinearScale fromZero(double least, double largest, Unit unit) {
    return covering(Math.min(0, least), Math.max(0, largest), unit);
  }

  /** A scale between round numbers; any finite values do, equal ones too. */
  public static LinearScale covering(double least, double largest, Unit unit) {
    double low = least;
    double high = largest;
    if (low == high) {
      double room = low == 0 ? 1 : Math.abs(low) / 2;
      low = low <= 0 ? low - (low == 0 ? 0 : room) : low - room;
      high = high + room;
    }
    double step = step(low, high, TICKS_TO_ROUND_TO);
    return new LinearScale(Math.floor(low / step + 1e-9) * step, roundUp(high, step), unit);
  }

  private static double roundUp(double high, double step) {
    return Math.ceil(high / step - 1e-9) * step;
  }

  @Override
  public double at(double value) {
    return (value - low) / (high - low);
  }

  @Override
  public boolean takes(double value) {
    return Double.isFinite(value);
  }

  @Override
  public List<Tick> ticks(int count) {
    double step = step(low, high, count);
    Unit.Prefix prefix = unit.prefixFor(Math.max(Math.abs(low), Math.abs(high)));
    int decimals = decimals(step / prefix.factor());
    List<Tick> ticks = new ArrayList<>();
    long first = (long) Math.ceil(low / step - 1e-9);
    long last = (long) Math.floor(high / step + 1e-9);
    for (long i = first; i <= last; i++) {
      double value = i * step;
      BigDecimal number =
          BigDecimal.valueOf(value / prefix.factor()).setScale(decimals, RoundingMode.HALF_UP);
      String text = number.signum() == 0 ? "0" : number.toPlainString();
      ticks.add(new Tick(value, unit == Unit.SHARE ? text + "%" : text));
    }
    return ticks;
  }

  @Override
  public String unitOfTicks() {
    return unit == Unit.SHARE
        ? ""
        : unit.symbol(unit.prefixFor(Math.max(Math.abs(low), Math.abs(high))));
  }

  /**
   * A round difference, one, two or five of a power of ten, that occurs about {@code count} times.
   */
  private static double step(double low, double high, int count) {
    double raw = (high - low) / Math.max(1, count);
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double digit = raw / power;
    double round = digit <= 1.0001 ? 1 : digit <= 2.0001 ? 2 : digit <= 5.0001 ? 5 : 10;
    // Divided, not multiplied, for negative powers: 3 * (1 / 10.0) is 0.3, 3 * 0.1 is not.
    return power < 1 ? round / Math.rint(1 / power) : round * power;
  }

  private static int decimals(double step) {
    return Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
  }
}
