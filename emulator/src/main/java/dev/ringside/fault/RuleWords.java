package dev.ringside.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of one line of a plan, taken one after the other; each knows where it stands. */
final class RuleWords {
  private static final Pattern WORD = Pattern.compile("[:,]|[^\\s:,#]+");

  private final int line;
  private final int endColumn;
  private final List<Word> words = new ArrayList<>();
  private int next;

  /**
   * A word.
   *
   * @param column of its first character, counted from 1
   */
  record Word(String text, int column) {
    boolean is(String expected) {
      return text.equals(expected);
    }
  }

  RuleWords(String text, int line) {
    this.line = line;
    int comment = text.indexOf('#');
    String rule = (comment < 0 ? text : text.substring(0, comment)).stripTrailing();
    this.endColumn = rule.length() + 1;
    Matcher matcher = WORD.matcher(rule);
    while (matcher.find()) {
      words.add(new Word(matcher.group(), matcher.start() + 1));
    }
  }

  boolean hasNext() {
    return next < words.size();
  }

  boolean nextIs(String expected) {
    return hasNext() && words.get(next).is(expected);
  }

  /** Takes a word that must be there. */
  Word take(String what) throws FaultPlanException {
    Word word = peek(what);
    next++;
    return word;
  }

  /** Looks at a word that must be there. */
  Word peek(String what) throws FaultPlanException {
    if (!hasNext()) {
      throw new FaultPlanException(line, endColumn, "expected " + what + " here");
    }
    return words.get(next);
  }

  /** Takes the next word if it is this one. */
  boolean takeIf(String expected) {
    boolean is = nextIs(expected);
    next += is ? 1 : 0;
    return is;
  }

  /** Takes a whole number of a range. */
  long takeNumber(String what, long least, long most) throws FaultPlanException {
    Word word = take(what);
    try {
      long number = Long.parseLong(word.text());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException noNumber) {
      throw wrong(word, "'%s' is no whole number: expected %s".formatted(word.text(), what));
    }
    throw wrong(word, "%s is not %d to %d: expected %s".formatted(word.text(), least, most, what));
  }

  /** Takes a span of time, in nanoseconds. */
  long takeTime(String what) throws FaultPlanException {
    Word word = take(what);
    return FaultTime.parse(word.text())
        .orElseThrow(
            () ->
                wrong(
                    word,
                    "'%s' is no time: expected %s, a whole number and ns, us, ms or s"
                        .formatted(word.text(), what)));
  }

  /** Takes a number of 0 to 1. */
  double takeProbability() throws FaultPlanException {
    Word word = take("a probability");
    try {
      double probability = Double.parseDouble(word.text().toUpperCase(Locale.ROOT));
      if (probability >= 0 && probability <= 1) {
        return probability;
      }
    } catch (NumberFormatException noNumber) {
      // Reported below, as a number out of range is.
    }
    throw wrong(word, "'%s' is no probability of 0 to 1".formatted(word.text()));
  }

  /** This word is wrong. */
  FaultPlanException wrong(Word word, String problem) {
    return new FaultPlanException(line, word.column(), problem);
  }
}
