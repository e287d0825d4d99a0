package dev.ringside.lab.report.plot;

/**
 * How wide text is, guessed high enough for the usual sans-serif faces: what a picture without a
 * browser can know.
 */
final class TextWidth {
  /** Of tick labels, legends and marks, in pixels. */
  static final double LABEL = 12;

  private static final double NARROW = 0.33;
  private static final double USUAL = 0.61;
  private static final double WIDE = 0.72;
  private static final double WIDEST = 0.93;

  private TextWidth() {}

  /** The width of a label, in pixels. */
  static double of(String text) {
    double width = 0;
    for (int i = 0; i < text.length(); i++) {
      width += em(text.charAt(i));
    }
    return width * LABEL;
  }

  /** The text, or as much of its start as fits with an ellipsis. */
  static String fit(String text, double width) {
    if (of(text) <= width) {
      return text;
    }
    for (int end = text.length() - 1; end > 0; end--) {
      String shorter = text.substring(0, end).stripTrailing() + "…";
      if (of(shorter) <= width) {
        return shorter;
      }
    }
    return "…";
  }

  private static double em(char one) {
    if ("mwMW%@…—→=+<>".indexOf(one) >= 0) {
      return WIDEST;
    }
    if (one > '\u2E7F' || one < ' ') {
      return 1;
    }
    if ("il.,:;|!'jI ftr()[]".indexOf(one) >= 0) {
      return NARROW;
    }
    return Character.isUpperCase(one) ? WIDE : USUAL;
  }
}
