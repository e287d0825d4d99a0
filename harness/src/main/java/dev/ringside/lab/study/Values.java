package dev.ringside.lab.study;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values that a parameter is varied over, as an experiment writes them: single values and
 * ranges, with a semicolon between them, or a comma when there is no semicolon.
 *
 * <pre>
 *   1,2,4          these
 *   1..5           1 2 3 4 5
 *   4..64 x2       4 8 16 32 64
 *   0..100 step 25 0 25 50 75 100
 *   log 100..10000 3   100 1000 10000: so many, each the same multiple of the one before
 * </pre>
 */
final class Values {
  /** More than any study runs. */
  private static final int MOST = 100_000;

  private static final String NUMBER = "(\\d+(?:\\.\\d+)?)";
  private static final Pattern RANGE =
      Pattern.compile(NUMBER + "\\.\\." + NUMBER + "(?:\\s*(x|step)\\s*" + NUMBER + ")?");
  private static final Pattern LOGARITHMIC =
      Pattern.compile("log\\s+" + NUMBER + "\\.\\." + NUMBER + "\\s+(\\d+)");

  private Values() {}

  /**
   * Reads values and ranges.
   *
   * @return the values in their order, each once, at least one
   */
  static List<String> parse(String text) throws ExperimentException {
    Set<String> values = new LinkedHashSet<>();
    for (String part : text.split(text.contains(";") ? ";" : ",", -1)) {
      if (part.isBlank()) {
        throw new ExperimentException("'%s' has an empty value".formatted(text));
      }
      values.addAll(expand(part.strip()));
    }
    return List.copyOf(values);
  }

  /** Reads one value or range; what is no range is a value as it stands. */
  static List<String> expand(String part) throws ExperimentException {
    Matcher logarithmic = LOGARITHMIC.matcher(part);
    if (logarithmic.matches()) {
      return logarithmic(
          part,
          new BigDecimal(logarithmic.group(1)),
          new BigDecimal(logarithmic.group(2)),
          logarithmic.group(3));
    }
    Matcher range = RANGE.matcher(part);
    if (range.matches()) {
      boolean multiplied = "x".equals(range.group(3));
      BigDecimal step = range.group(4) == null ? BigDecimal.ONE : new BigDecimal(range.group(4));
      return range(
          part, new BigDecimal(range.group(1)), new BigDecimal(range.group(2)), step, multiplied);
    }
    if (part.contains("..")) {
      throw new ExperimentException(
          "'%s' is no range; write 1..8, 1..64 x2, 0..100 step 10 or log 100..10000 9"
              .formatted(part));
    }
    return List.of(part);
  }

  private static List<String> range(
      String part, BigDecimal first, BigDecimal last, BigDecimal step, boolean multiplied)
      throws ExperimentException {
    requireOrder(part, first, last);
    boolean moves = multiplied ? step.compareTo(BigDecimal.ONE) > 0 : step.signum() > 0;
    if (!moves || (multiplied && first.signum() == 0)) {
      throw new ExperimentException("the range '%s' never reaches its end".formatted(part));
    }
    List<String> values = new ArrayList<>();
    for (BigDecimal value = first;
        value.compareTo(last) <= 0;
        value = multiplied ? value.multiply(step) : value.add(step)) {
      values.add(print(value));
      if (values.size() > MOST) {
        throw new ExperimentException(
            "the range '%s' has more than %d values".formatted(part, MOST));
      }
    }
    return values;
  }

  private static List<String> logarithmic(
      String part, BigDecimal first, BigDecimal last, String points) throws ExperimentException {
    requireOrder(part, first, last);
    int count = points.length() > 6 ? MOST + 1 : Integer.parseInt(points);
    if (count < 2 || count > MOST || first.signum() == 0) {
      throw new ExperimentException(
          "the range '%s' needs a first number above 0 and 2 to %d points".formatted(part, MOST));
    }
    boolean whole =
        first.stripTrailingZeros().scale() <= 0 && last.stripTrailingZeros().scale() <= 0;
    double ratio = Math.log(last.doubleValue() / first.doubleValue()) / (count - 1);
    Set<String> values = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      BigDecimal value =
          i == count - 1
              ? last
              : new BigDecimal(first.doubleValue() * Math.exp(ratio * i), new MathContext(6));
      values.add(print(whole ? value.setScale(0, RoundingMode.HALF_UP) : value));
    }
    return List.copyOf(values);
  }

  private static void requireOrder(String part, BigDecimal first, BigDecimal last)
      throws ExperimentException {
    if (first.compareTo(last) > 0) {
      throw new ExperimentException("the range '%s' is empty".formatted(part));
    }
  }

  private static String print(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
