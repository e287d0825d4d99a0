package dev.ringside.lab.report.plot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitTest {
  @ParameterizedTest
  @CsvSource({
    "NUMBER, 0, 0",
    "NUMBER, 9999, 9999",
    "NUMBER, 12345, 12345",
    "NUMBER, 12345.6, 12.3 k",
    "NUMBER, 2500000, 2.5 M",
    "NUMBER, 0.03125, 0.0313",
    "NUMBER, NaN, –",
    "SHARE, 0.251, 25.1%",
    "NANOSECONDS, 850, 850 ns",
    "NANOSECONDS, 1250, 1.25 µs",
    "NANOSECONDS, 500000, 500 µs",
    "NANOSECONDS, 16000000, 16 ms",
    "NANOSECONDS, 999999, 1 ms",
    "PER_SECOND, 184000, 184 k/s",
    "BYTES_PER_SECOND, 79000000, 79 MB/s",
    "BYTES_PER_SECOND, Infinity, –"
  })
  void writesThreeDigitsWithAPrefixAndCountsWhole(Unit unit, double value, String text) {
    assertThat(unit.format(value)).isEqualTo(text);
  }
}
