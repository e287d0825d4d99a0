package dev.ringside.lab.report.plot;

import java.util.Locale;

/**
 * SVG as text, element by element. Coordinates are rounded to hundredths; text is escaped; how
 * things look is left to the classes that the page's style sheet knows.
 */
final class Svg {
  private final StringBuilder out = new StringBuilder(4096);

  /** Opens the picture. */
  Svg(Layout layout, double width, double height, String title, String description) {
    out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot ")
        .append(layout.styleClass())
        .append("\" role=\"img\" viewBox=\"0 0 ")
        .append(number(width))
        .append(' ')
        .append(number(height))
        .append("\" width=\"")
        .append(number(width))
        .append("\" height=\"")
        .append(number(height))
        .append("\" aria-label=\"");
    escape(title);
    out.append("\"><desc>");
    escape(description);
    out.append("</desc>\n");
  }

  /** Ends the picture. */
  String close() {
    return out.append("</svg>\n").toString();
  }

  /** Opens a group; {@link #end} closes it. */
  Svg group(String styleClass) {
    out.append("<g class=\"").append(styleClass).append("\">");
    return this;
  }

  /** Closes the innermost group. */
  Svg end() {
    out.append("</g>\n");
    return this;
  }

  Svg line(String styleClass, double x1, double y1, double x2, double y2) {
    out.append("<path class=\"").append(styleClass).append("\" d=\"M");
    pair(x1, y1).append('L');
    pair(x2, y2).append("\"/>\n");
    return this;
  }

  /** A path in SVG's own words, made with {@link #number}. */
  Svg path(String styleClass, CharSequence data) {
    out.append("<path class=\"").append(styleClass).append("\" d=\"").append(data).append("\"/>\n");
    return this;
  }

  /** A path that says what it is when pointed at. */
  Svg path(String styleClass, CharSequence data, String tooltip) {
    if (tooltip.isEmpty()) {
      return path(styleClass, data);
    }
    out.append("<path class=\"").append(styleClass).append("\" d=\"").append(data).append("\">");
    tooltip(tooltip);
    out.append("</path>\n");
    return this;
  }

  /** A filled rectangle; {@code tooltip} may be empty. */
  Svg rectangle(
      String styleClass, double x, double y, double width, double height, String tooltip) {
    openRectangle(styleClass, x, y, width, height);
    closeRectangle(tooltip);
    return this;
  }

  /** A rectangle in a colour of its own. */
  Svg rectangleFilled(
      String fill, double x, double y, double width, double height, String tooltip) {
    openRectangle("cell", x, y, width, height);
    out.append(" fill=\"").append(fill).append('"');
    closeRectangle(tooltip);
    return this;
  }

  private void openRectangle(String styleClass, double x, double y, double width, double height) {
    out.append("<rect class=\"").append(styleClass).append("\" x=\"").append(number(x));
    out.append("\" y=\"").append(number(y)).append("\" width=\"");
    out.append(number(Math.max(0, width))).append("\" height=\"");
    out.append(number(Math.max(0, height))).append('"');
  }

  private void closeRectangle(String tooltip) {
    if (tooltip.isEmpty()) {
      out.append("/>\n");
    } else {
      out.append('>');
      tooltip(tooltip);
      out.append("</rect>\n");
    }
  }

  /** Text whose baseline starts, has its middle or ends at a place, as {@code anchor} says. */
  Svg text(String styleClass, Anchor anchor, double x, double y, String text) {
    out.append("<text class=\"").append(styleClass).append(anchor.styleClass).append("\" x=\"");
    out.append(number(x)).append("\" y=\"").append(number(y)).append("\">");
    escape(text);
    out.append("</text>\n");
    return this;
  }

  /** Text that rises to its end at a place, a good third of a right angle. */
  Svg risingText(String styleClass, double x, double y, String text) {
    out.append("<text class=\"").append(styleClass).append(Anchor.END.styleClass);
    out.append("\" transform=\"translate(").append(number(x)).append(' ').append(number(y));
    out.append(") rotate(-35)\">");
    escape(text);
    out.append("</text>\n");
    return this;
  }

  private void tooltip(String text) {
    out.append("<title>");
    escape(text);
    out.append("</title>");
  }

  private StringBuilder pair(double x, double y) {
    return out.append(number(x)).append(' ').append(number(y));
  }

  private void escape(String text) {
    Markup.escape(text, out);
  }

  /**
   * A coordinate, to hundredths, without needless zeros.
   *
   * @throws IllegalArgumentException for what is no place: NaN and infinities
   */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("no coordinate: " + value);
    }
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    String text = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }

  /** Which part of a text stands at the given place. */
  enum Anchor {
    START(""),
    MIDDLE(" mid"),
    END(" end");

    private final String styleClass;

    Anchor(String styleClass) {
      this.styleClass = styleClass;
    }
  }
}
