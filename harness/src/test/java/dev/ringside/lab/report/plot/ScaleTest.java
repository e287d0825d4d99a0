package dev.ringside.lab.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScaleTest {
  private static List<String> labels(Scale scale, int count) {
    return scale.ticks(count).stream().map(Tick::label).toList();
  }

  @Test
  void countsInRoundSteps() {
    assertThat(labels(LinearScale.fromZero(0, 97, Unit.NUMBER), 5))
        .containsExactly("0", "20", "40", "60", "80", "100");
    assertThat(labels(LinearScale.fromZero(0, 0.7, Unit.NUMBER), 5))
        .containsExactly("0", "0.2", "0.4", "0.6", "0.8");
  }

  @Test
  void countsAllTicksInTheUnitOfTheLargest() {
    LinearScale scale = LinearScale.fromZero(0, 42_000, Unit.NANOSECONDS);
    assertThat(labels(scale, 5)).containsExactly("0", "10", "20", "30", "40", "50");
    assertThat(scale.unitOfTicks()).isEqualTo("µs");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5", "-3, -3", "-7, 12", "0.00001, 0.00002", "1e12, 1.0001e12"})
  void hasRoomAndSeveralTicksForAnyRange(double least, double largest) {
    LinearScale scale = LinearScale.covering(least, largest, Unit.NUMBER);
    assertThat(scale.at(least)).isBetween(-1e-9, 1.0);
    assertThat(scale.at(largest)).isBetween(0.0, 1 + 1e-9);
    assertThat(scale.ticks(5)).hasSizeBetween(2, 12);
    assertThat(labels(scale, 5)).doesNotHaveDuplicates();
    assertThat(scale.ticks(5)).allMatch(tick -> scale.at(tick.value()) > -1e-6);
  }

  @Test
  void refusesARangeWithoutLength() {
    assertThatThrownBy(() -> new LinearScale(1, 1, Unit.NUMBER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LinearScale(0, Double.NaN, Unit.NUMBER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LogScale(0, 1, Unit.NUMBER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesEqualRatiosEqualLengths() {
    LogScale scale = new LogScale(1, 10_000, Unit.NUMBER);
    assertThat(scale.at(100)).isCloseTo(0.5, within(1e-12));
    assertThat(scale.at(10)).isCloseTo(0.25, within(1e-12));
    assertThat(scale.takes(0)).isFalse();
    assertThat(scale.takes(Double.NaN)).isFalse();
  }

  @Test
  void namesDecadesWithTheirUnits() {
    assertThat(labels(new LogScale(100, 1e7, Unit.NANOSECONDS), 6))
        .containsExactly("100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms");
    assertThat(labels(new LogScale(1, 40, Unit.NUMBER), 6))
        .containsExactly("1", "2", "5", "10", "20");
  }

  @Test
  void givesEveryNineTheSameLength() {
    PercentileScale scale = new PercentileScale(99.99);
    assertThat(scale.at(90)).isCloseTo(0.25, within(1e-9));
    assertThat(scale.at(99)).isCloseTo(0.5, within(1e-9));
    assertThat(scale.at(99.99)).isCloseTo(1, within(1e-9));
    assertThat(labels(scale, 6)).containsExactly("0", "50", "90", "99", "99.9", "99.99");
  }

  @Test
  void putsNamesIntoTheMiddleOfTheirSlots() {
    OrdinalScale scale = new OrdinalScale(List.of("a", "b"));
    assertThat(scale.at(0)).isEqualTo(0.25);
    assertThat(scale.at(1)).isEqualTo(0.75);
    assertThat(scale.takes(2)).isFalse();
  }
}
