package dev.ringside.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.lab.report.plot.LinearScale;
import dev.ringside.lab.report.plot.LogScale;
import dev.ringside.lab.report.plot.OrdinalScale;
import dev.ringside.lab.report.plot.Scale;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ParameterAxisTest {
  @ParameterizedTest
  @CsvSource({
    "1 2 4 8 16 32 64, LogScale",
    "1 2 3 4, LinearScale",
    "0 10 20 30, LinearScale",
    "-5 5, LinearScale",
    "0 100 1000 100000, OrdinalScale",
    "split packed, OrdinalScale",
    "8 plug:32, OrdinalScale",
    "8, OrdinalScale"
  })
  void choosesTheScaleThatSuitsTheValues(String values, String kind) {
    Class<? extends Scale> expected =
        switch (kind) {
          case "LogScale" -> LogScale.class;
          case "LinearScale" -> LinearScale.class;
          default -> OrdinalScale.class;
        };
    ParameterAxis axis = ParameterAxis.of("p", List.of(values.split(" ", -1)));
    assertThat(axis.axis().scale()).isInstanceOf(expected);
    for (double place : axis.places().values()) {
      assertThat(axis.axis().scale().at(place)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void putsNumbersInOrderAndLeavesNamesAsTheyCome() {
    assertThat(ParameterAxis.of("p", List.of("32", "4", "4", "8")).places().keySet())
        .containsExactly("4", "8", "32");
    assertThat(ParameterAxis.of("p", List.of("split", "packed")).places().keySet())
        .containsExactly("split", "packed");
  }
}
