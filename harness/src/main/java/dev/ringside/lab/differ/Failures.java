package dev.ringside.lab.differ;

import java.util.Arrays;

/** What failed inside Ringside, in a few lines. */
final class Failures {
  private static final int FRAMES = 12;

  private Failures() {}

  static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder(failure.toString());
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
      text.append("\n    because of ").append(deepest);
    }
    Arrays.stream(deepest.getStackTrace())
        .limit(FRAMES)
        .forEach(frame -> text.append("\n    at ").append(frame));
    return text.toString();
  }
}
