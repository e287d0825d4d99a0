package dev.ringside.lab.bench.kevlar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.bench.files.Samples;
import dev.ringside.machine.CostModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KevlarSuiteTest {
  @TempDir private Path directory;

  @Test
  void programRunsOnBothSidesAndLeavesNothing() throws IOException {
    KevlarSuite suite = new KevlarSuite(0, 1, CostModel.ZERO, Optional.of(directory), directory);

    KevlarSuite.Result result = suite.measure(Variant.AS_PUBLISHED);

    for (Measure measure : Measure.values()) {
      assertThat(median(result.ringside(), measure)).as("%s", measure).isPositive();
      assertThat(median(result.system(), measure)).as("%s", measure).isPositive();
    }
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  private static double median(Map<Measure, Samples> samples, Measure measure) {
    return Objects.requireNonNull(samples.get(measure), measure::toString).median();
  }
}
