package dev.ringside.lab.cli;

import java.util.Locale;

/** Numbers as a person reads them, whatever the locale: three digits that count, and a unit. */
final class Quantity {
  private static final long THOUSAND = 1000;
  private static final String[] TIME_UNITS = {"ns", "us", "ms", "s"};
  private static final String[] SIZE_UNITS = {"B", "KB", "MB", "GB", "TB"};

  private Quantity() {}

  /** A count with its thousands apart: {@code 1,234,567}. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A duration: {@code 850 ns}, {@code 12.3 us}. */
  static String nanoseconds(long value) {
    return scaled((double) value, TIME_UNITS);
  }

  /** A size in decimal units: {@code 6.23 MB}. */
  static String bytes(double value) {
    return scaled(value, SIZE_UNITS);
  }

  /** A ratio with three decimals. */
  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String scaled(double value, String[] units) {
    double scaled = value;
    int unit = 0;
    while (scaled >= THOUSAND && unit < units.length - 1) {
      scaled /= THOUSAND;
      unit++;
    }
    String format = unit == 0 || scaled >= 100 ? "%,.0f %s" : scaled >= 10 ? "%.1f %s" : "%.2f %s";
    return String.format(Locale.ROOT, format, scaled, units[unit]);
  }
}
