package dev.ringside.lab.report.plot;

/**
 * How a line or a bar tells itself apart: by colour, and by shape for those who see colours alike.
 *
 * @param colour from 0 on; the palette repeats after {@link #COLOURS}
 * @param stroke of lines
 * @param filled whether points are, or only outlined
 */
public record Style(int colour, Stroke stroke, boolean filled) {
  /** Colours that can be told apart. */
  public static final int COLOURS = 8;

  /** Grey and dashed: a law or a bound, not a measurement. */
  public static final Style REFERENCE = new Style(-1, Stroke.DASHED, false);

  /** The style of the n-th thing measured. */
  public static Style measured(int number) {
    return new Style(number, Stroke.SOLID, true);
  }

  /** The same colour and shape for what was recorded elsewhere. */
  public static Style recorded(int number) {
    return new Style(number, Stroke.DASHED, false);
  }

  /** The same with another stroke. */
  public Style withStroke(Stroke other) {
    return new Style(colour, other, filled);
  }

  /** Classes that give the colour. */
  String colourClass() {
    return colour < 0 ? "ref" : "c" + colour % COLOURS;
  }

  String lineClass() {
    return "line " + colourClass() + stroke.styleClass;
  }

  String markClass() {
    return (filled ? "mark " : "mark open ") + colourClass();
  }

  /** A mark around a place; its shape changes with the colour, and again when colours repeat. */
  String mark(double x, double y) {
    double r = 3.4;
    return switch ((Math.max(0, colour) + Math.max(0, colour) / COLOURS) % 4) {
      case 0 -> circle(x, y, r);
      case 1 -> polygon(x - 3, y - 3, x + 3, y - 3, x + 3, y + 3, x - 3, y + 3);
      case 2 -> polygon(x, y - 4.2, x + 4, y + 3, x - 4, y + 3);
      default -> polygon(x, y - 4.4, x + 4.4, y, x, y + 4.4, x - 4.4, y);
    };
  }

  static String circle(double x, double y, double r) {
    String radius = Svg.number(r) + " " + Svg.number(r) + " 0 1 1 ";
    return "M%s %sa%s%s 0a%s%s 0Z"
        .formatted(
            Svg.number(x - r),
            Svg.number(y),
            radius,
            Svg.number(2 * r),
            radius,
            Svg.number(-2 * r));
  }

  private static String polygon(double... corners) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < corners.length; i += 2) {
      path.append(i == 0 ? 'M' : 'L').append(Svg.number(corners[i])).append(' ');
      path.append(Svg.number(corners[i + 1]));
    }
    return path.append('Z').toString();
  }

  /** How a line runs. */
  public enum Stroke {
    SOLID(""),
    DASHED(" dash"),
    DOTTED(" dot");

    private final String styleClass;

    Stroke(String styleClass) {
      this.styleClass = styleClass;
    }
  }
}
