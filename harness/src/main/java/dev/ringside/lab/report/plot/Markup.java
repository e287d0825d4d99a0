package dev.ringside.lab.report.plot;

/** Text within XML and HTML, in elements and in quoted attributes. */
public final class Markup {
  private Markup() {}

  /** The text with every character that markup gives a meaning as a reference. */
  public static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    escape(text, out);
    return out.toString();
  }

  /** Appends the text so escaped; characters that XML cannot have become a replacement mark. */
  public static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      switch (one) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '\n', '\t' -> out.append(one);
        default -> out.append(one < ' ' || one >= '\uFFFE' ? '\uFFFD' : one);
      }
    }
  }
}
