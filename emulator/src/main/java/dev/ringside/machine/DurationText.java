package dev.ringside.machine;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Durations as people write them: {@code 80us}, {@code 0.5ms}, {@code 2000ns} or {@code 2000}. */
public final class DurationText {
  private record Unit(String name, long nanoseconds) {}

  /** The longest first. */
  private static final List<Unit> UNITS =
      List.of(
          new Unit("s", 1_000_000_000),
          new Unit("ms", 1_000_000),
          new Unit("us", 1_000),
          new Unit("ns", 1));

  private DurationText() {}

  /**
   * Nanoseconds of a duration; without a unit it is nanoseconds.
   *
   * @throws IllegalArgumentException when the text is no duration, is below zero, has a part of a
   *     nanosecond, or is longer than a long holds
   */
  public static long parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < lower.length() && isNumeral(lower.charAt(digits))) {
      digits++;
    }
    String unit = lower.substring(digits);
    for (Unit known : UNITS) {
      if (known.name.equals(unit) || (unit.isEmpty() && known.nanoseconds == 1)) {
        try {
          return new BigDecimal(lower.substring(0, digits))
              .multiply(BigDecimal.valueOf(known.nanoseconds))
              .longValueExact();
        } catch (ArithmeticException | NumberFormatException noNumber) {
          break;
        }
      }
    }
    throw new IllegalArgumentException(
        "'%s' is no duration, as 80us, 0.5ms, 2s or 850ns are".formatted(text));
  }

  private static boolean isNumeral(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  /** The shortest text without a fraction that {@link #parse} reads as this. */
  public static String of(long nanoseconds) {
    for (Unit unit : UNITS) {
      if (nanoseconds % unit.nanoseconds == 0 && nanoseconds != 0) {
        return nanoseconds / unit.nanoseconds + unit.name;
      }
    }
    return nanoseconds + "ns";
  }
}
