package dev.ringside.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BatchBinsTest {
  @Test
  void doublesBeyondSixteen() {
    assertThat(BatchBins.upTo(3).names()).containsExactly("1", "2", "3");
    assertThat(BatchBins.upTo(65).names()).endsWith("16", "17–32", "33–64", "65–128");
    assertThat(BatchBins.upTo(64).names()).endsWith("17–32", "33–64");
  }

  @Test
  void countsEverySizeInOneBin() {
    BatchBins bins = BatchBins.upTo(40);
    List<Double> shares =
        bins.shares(List.of(Map.of(1, 5L, 16, 1L), Map.of(17, 1L, 32, 2L, 40, 1L)));
    assertThat(shares.getFirst()).isEqualTo(0.5);
    assertThat(shares.subList(15, 18)).containsExactly(0.1, 0.3, 0.1);
  }
}
