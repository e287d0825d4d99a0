package dev.ringside.lab.report.plot;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Percentiles from 0 on, with every further nine as long as the one before: 90, 99, 99.9.
 *
 * @param highest percentile at the end of the axis, above 0 and below 100
 */
public record PercentileScale(double highest) implements Scale {
  /** A percentile from 50 to just below 100. */
  public PercentileScale {
    if (!(highest >= 50 && highest < 100)) {
      throw new IllegalArgumentException("no percentile axis ends at " + highest);
    }
  }

  @Override
  public double at(double percentile) {
    return nines(percentile) / nines(highest);
  }

  @Override
  public boolean takes(double percentile) {
    return percentile >= 0 && percentile < 100;
  }

  @Override
  public List<Tick> ticks(int count) {
    List<Tick> ticks = new ArrayList<>();
    ticks.add(new Tick(0, "0"));
    ticks.add(new Tick(50, "50"));
    BigDecimal rest = BigDecimal.TEN;
    while (true) {
      BigDecimal percentile = BigDecimal.valueOf(100).subtract(rest);
      if (percentile.doubleValue() > highest * (1 + 1e-12)) {
        return ticks;
      }
      ticks.add(new Tick(percentile.doubleValue(), Unit.plain(percentile)));
      rest = rest.movePointLeft(1);
    }
  }

  private static double nines(double percentile) {
    return -Math.log10(1 - percentile / 100);
  }
}
