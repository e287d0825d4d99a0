package dev.ringside.lab.differ;

import dev.ringside.lab.files.Caller;
import java.util.regex.Pattern;

/**
 * An operation of a sequence.
 *
 * @param number its place in the whole sequence, from 0
 */
public record Step(int number, Caller caller, Operation operation) {
  private static final Pattern RUN = Pattern.compile("(.)\\1{20,}");

  /** Long runs of one character are shortened. */
  @Override
  public String toString() {
    return RUN.matcher(text())
        .replaceAll(run -> "%s{%d}".formatted(run.group(1), run.group().length()));
  }

  private String text() {
    return "%d: %s%s"
        .formatted(number, operation, caller.equals(Caller.ROOT) ? "" : " as " + caller.toString());
  }
}
