package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class GaugeTest {
  @Test
  void keepsTheAreaInItsIntervalsHoweverLongTheRunIs() {
    Gauge gauge = new Gauge();
    long now = 1_000_000;
    for (int i = 0; i < 5_000; i++) {
      gauge.add(now, 1);
      now += 700;
      gauge.add(now, -1);
      now += 300;
    }
    gauge.advance(now);
    TimeSeries series = gauge.series();
    long length = now - 1_000_000;
    double area = 0;
    for (int i = 0; i < series.means().size(); i++) {
      long width = Math.min(series.intervalNs(), length - i * series.intervalNs());
      area += series.means().get(i) * width;
    }
    assertThat(series.means()).hasSizeBetween(200, 400);
    assertThat(area).isCloseTo((double) gauge.integral(), within(1e-3));
    assertThat(gauge.integral()).isEqualTo(5_000 * 700);
    assertThat(DoubleStream.of(series.means().stream().mapToDouble(mean -> mean).toArray()))
        .allMatch(mean -> mean > 0.6 && mean < 0.8);
  }

  @Test
  void knowsWhatWasNotExceededForMostOfTheTime() {
    Gauge gauge = new Gauge();
    gauge.add(0, 3);
    gauge.add(995, 97);
    gauge.add(1000, -100);
    assertThat(gauge.highMark()).isEqualTo(3);
  }
}
