package dev.ringside.lab.report.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** What a number counts, and how it is written for people: three digits and a prefix. */
public enum Unit {
  /** A plain number: {@code 12}, {@code 1.5 k}, {@code 2 M}. */
  NUMBER(false, "", new Prefix(1, ""), new Prefix(1e3, "k"), new Prefix(1e6, "M")),
  /** A share of one, as percent. */
  SHARE(false, "", new Prefix(0.01, "%")),
  /** Nanoseconds: {@code 850 ns}, {@code 1.2 µs}, {@code 3 ms}, {@code 2 s}. */
  NANOSECONDS(
      true,
      "",
      new Prefix(1, "ns"),
      new Prefix(1e3, "µs"),
      new Prefix(1e6, "ms"),
      new Prefix(1e9, "s")),
  /** Events in a second: {@code 120 k/s}. */
  PER_SECOND(
      true,
      "/s",
      new Prefix(1, ""),
      new Prefix(1e3, "k"),
      new Prefix(1e6, "M"),
      new Prefix(1e9, "G")),
  /** Bytes in a second, in powers of ten: {@code 79 MB/s}. */
  BYTES_PER_SECOND(
      true,
      "/s",
      new Prefix(1, "B"),
      new Prefix(1e3, "kB"),
      new Prefix(1e6, "MB"),
      new Prefix(1e9, "GB"));

  /** Below this, a plain number needs no prefix. */
  private static final double PLAIN_NUMBERS_END = 10_000;

  /** A count below this is shown to the last digit. */
  private static final double WHOLE_NUMBERS_END = 1_000_000;

  private static final MathContext THREE_DIGITS = new MathContext(3);

  private final boolean alwaysPrefixed;
  private final String suffix;

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it so
  private final List<Prefix> prefixes;

  Unit(boolean alwaysPrefixed, String suffix, Prefix... prefixes) {
    this.alwaysPrefixed = alwaysPrefixed;
    this.suffix = suffix;
    this.prefixes = List.of(prefixes);
  }

  /** A value alone, as tables and tooltips show it; a dash when there is none. */
  public String format(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    if (this == NUMBER && value == Math.rint(value) && Math.abs(value) < WHOLE_NUMBERS_END) {
      return Long.toString((long) value);
    }
    Prefix prefix = prefixFor(value);
    return join(significant(value / prefix.factor), symbol(prefix));
  }

  /** A value at the tick of an axis whose other ticks have prefixes of their own. */
  String formatTick(double value) {
    if (value == 0) {
      return "0";
    }
    Prefix prefix = prefixFor(value);
    return join(significant(value / prefix.factor), symbol(prefix));
  }

  /** The prefix in which the numbers up to {@code largest} read best. */
  public Prefix prefixFor(double largest) {
    double size = Math.abs(largest);
    Prefix best = prefixes.getFirst();
    if (!alwaysPrefixed && size < PLAIN_NUMBERS_END) {
      return best;
    }
    for (Prefix prefix : prefixes) {
      // A hair below the factor is what rounding makes of the factor itself.
      if (size >= prefix.factor * 0.9995) {
        best = prefix;
      }
    }
    return best;
  }

  /** What a prefix reads as with this unit: {@code µs}, {@code k/s}. */
  public String symbol(Prefix prefix) {
    return prefix.symbol + suffix;
  }

  private static String join(String number, String symbol) {
    return symbol.isEmpty() || symbol.equals("%") ? number + symbol : number + " " + symbol;
  }

  private static String significant(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).round(THREE_DIGITS);
    if (rounded.signum() != 0 && rounded.abs().compareTo(BigDecimal.valueOf(1e-4)) < 0) {
      return rounded.stripTrailingZeros().toString();
    }
    return plain(rounded);
  }

  /** Without an exponent and without zeros at the end. */
  static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  /**
   * A power of the unit.
   *
   * @param factor what one of it is worth
   * @param symbol in front of the unit, or the unit itself
   */
  public record Prefix(double factor, String symbol) {}
}
