package dev.ringside.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.study.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KneeTest {
  private static List<PointGroup> sweep(String... batches) {
    return PointGroup.of(new StudyFixture().vary("batch", batches).build().points());
  }

  @Test
  void findsWhereMoreStopsToPay() {
    PointGroup knee =
        Knee.of(
            sweep("1", "2", "4", "8", "16", "32"),
            group -> Double.parseDouble(group.value("batch")),
            Metric.THROUGHPUT);
    assertThat(knee == null ? "none" : knee.value("batch")).isIn("4", "8");
  }

  @Test
  void findsNoneInAStraightLineOrTwoPoints() {
    assertThat(Knee.of(sweep("1", "32"), group -> 1, Metric.THROUGHPUT)).isNull();
    assertThat(
            Knee.of(
                sweep("1", "2", "3", "4"),
                group -> group.mean(Metric.THROUGHPUT),
                Metric.LATENCY_P50))
        .isNull();
  }
}
