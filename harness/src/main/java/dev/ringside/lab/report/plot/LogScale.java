package dev.ringside.lab.report.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Equal ratios take equal lengths.
 *
 * @param low value at the start, positive and less than {@code high}
 * @param high value at the end
 * @param unit of the values
 */
public record LogScale(double low, double high, Unit unit) implements Scale {
  /** Below this many decades, two and five of each have a tick, too. */
  private static final double DECADES_WITH_TICKS_BETWEEN = 2.9;

  /** {@code low} and {@code high} must be positive, finite and in order. */
  public LogScale {
    if (!(low > 0 && Double.isFinite(high) && low < high)) {
      throw new IllegalArgumentException("no logarithmic scale from %s to %s".formatted(low, high));
    }
  }

  /** A scale whose ends leave a little room around positive values; equal ones do, too. */
  public static LogScale covering(double least, double largest, Unit unit) {
    double room = least == largest ? 2 : Math.pow(largest / least, 0.05);
    return new LogScale(least / room, largest * room, unit);
  }

  @Override
  public double at(double value) {
    return Math.log(value / low) / Math.log(high / low);
  }

  @Override
  public boolean takes(double value) {
    return value > 0 && Double.isFinite(value);
  }

  @Override
  public List<Tick> ticks(int count) {
    double decades = Math.log10(high / low);
    int[] digits = decades < DECADES_WITH_TICKS_BETWEEN ? new int[] {1, 2, 5} : new int[] {1};
    int stride = Math.max(1, (int) Math.ceil(decades / Math.max(1, count)));
    int first = (int) Math.floor(Math.log10(low));
    int last = (int) Math.ceil(Math.log10(high));
    List<Tick> ticks = new ArrayList<>();
    for (int exponent = first; exponent <= last; exponent++) {
      if (Math.floorMod(exponent, stride) != 0) {
        continue;
      }
      for (int digit : digits) {
        double value =
            exponent < 0 ? digit / Math.pow(10, -exponent) : digit * Math.pow(10, exponent);
        if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
          ticks.add(new Tick(value, unit.formatTick(value)));
        }
      }
    }
    return ticks.size() >= 2 ? ticks : ends();
  }

  private List<Tick> ends() {
    return List.of(new Tick(low, unit.formatTick(low)), new Tick(high, unit.formatTick(high)));
  }
}
