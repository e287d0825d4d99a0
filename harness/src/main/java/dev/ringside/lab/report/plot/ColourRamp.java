package dev.ringside.lab.report.plot;

/**
 * From dark blue over green to light yellow: lightness rises evenly, so that the order survives
 * every kind of colour blindness, a grey printer, and both schemes of a page.
 */
final class ColourRamp {
  /** Lightness, green-red and blue-yellow in Björn Ottosson's Oklab, at equal distances. */
  private static final double[][] STOPS = {
    {0.30, 0.015, -0.115},
    {0.45, -0.035, -0.105},
    {0.60, -0.090, -0.030},
    {0.75, -0.110, 0.075},
    {0.92, -0.045, 0.150},
  };

  private ColourRamp() {}

  /** The colour at a share from 0 to 1, as {@code #rrggbb}. */
  static String at(double share) {
    double place = Math.clamp(share, 0, 1) * (STOPS.length - 1);
    int below = Math.min(STOPS.length - 2, (int) place);
    double part = place - below;
    double[] colour = new double[3];
    for (int i = 0; i < colour.length; i++) {
      colour[i] = STOPS[below][i] * (1 - part) + STOPS[below + 1][i] * part;
    }
    return hexadecimal(colour[0], colour[1], colour[2]);
  }

  /** Whether text on that colour must be light. */
  static boolean isDark(double share) {
    return share < 0.45;
  }

  private static String hexadecimal(double lightness, double a, double b) {
    double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    int red = channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
    int green = channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
    int blue = channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    return String.format("#%02x%02x%02x", red, green, blue);
  }

  private static double cube(double value) {
    return value * value * value;
  }

  private static int channel(double linear) {
    double value = Math.clamp(linear, 0, 1);
    double encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * Math.pow(value, 1 / 2.4) - 0.055;
    return (int) Math.round(encoded * 255);
  }
}
