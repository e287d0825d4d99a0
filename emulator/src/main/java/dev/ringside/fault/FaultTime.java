package dev.ringside.fault;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Spans of time in a plan: a whole number and its unit, such as {@code 20us}. */
final class FaultTime {
  /** From the largest to the smallest; every unit is a multiple of the next. */
  private static final Map<String, Long> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("s", 1_000_000_000L);
    UNITS.put("ms", 1_000_000L);
    UNITS.put("us", 1_000L);
    UNITS.put("ns", 1L);
  }

  private FaultTime() {}

  /** The shortest text that says it exactly. */
  static String text(long nanoseconds) {
    for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
      if (nanoseconds % unit.getValue() == 0) {
        return nanoseconds / unit.getValue() + unit.getKey();
      }
    }
    throw new AssertionError("nanoseconds divide everything");
  }

  /** The nanoseconds of a text; empty when it is no span of time, or 292 years or longer. */
  static Optional<Long> parse(String text) {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    Long unit = UNITS.get(text.substring(digits));
    if (digits == 0 || unit == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Math.multiplyExact(Long.parseLong(text, 0, digits, 10), unit));
    } catch (ArithmeticException | NumberFormatException tooLong) {
      return Optional.empty();
    }
  }

  static void requirePositive(long nanoseconds) {
    if (nanoseconds <= 0) {
      throw new IllegalArgumentException("a delay of %d ns".formatted(nanoseconds));
    }
  }
}
