package dev.ringside.lab.report.plot;

import dev.ringside.lab.report.plot.Svg.Anchor;
import java.util.List;
import java.util.function.Predicate;

/**
 * A value as colour over two axes of names, with the scale of colours below. Values that span more
 * than two decades are coloured by their logarithm.
 *
 * @param title for those who do not see it
 * @param bottom title of the axis below
 * @param left title of the axis at the side
 * @param columns names along the axis below
 * @param rows names along the axis at the side, from the bottom
 * @param value what the colours mean
 * @param unit of the values
 * @param values row by row from the bottom; NaN where nothing was measured
 * @param least value at the dark end of the colours, no larger than any of the values
 * @param largest value at the bright end
 */
public record HeatMap(
    String title,
    String bottom,
    String left,
    List<String> columns,
    List<String> rows,
    String value,
    Unit unit,
    List<List<Double>> values,
    double least,
    double largest)
    implements Plot {
  private static final double DECADES = 100;
  private static final double LARGEST_CELL = 40;
  private static final double SMALLEST_CELL = 8;
  private static final double KEY = 58;
  private static final int KEY_STEPS = 48;

  public HeatMap {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    values = values.stream().map(List::copyOf).toList();
  }

  @Override
  public String svg(Layout layout) {
    double cell = Math.clamp(layout.areaHeight() * 1.1 / rows.size(), SMALLEST_CELL, LARGEST_CELL);
    Axis across = new Axis(bottom, new OrdinalScale(columns));
    Axis up = new Axis(left, new OrdinalScale(rows));
    Frame frame = new Frame(layout, across, up, null, List.of(), cell * rows.size());
    String description = "%s over %s and %s".formatted(value, bottom, left);
    Svg svg = new Svg(layout, frame.width(), frame.height() + KEY, title, description);
    frame.draw(svg);
    boolean logarithmic = least > 0 && largest / least > DECADES;
    Colours colours = new Colours(least, largest, logarithmic);
    double width = (frame.areaRight() - frame.areaLeft()) / columns.size();
    boolean named = cell >= 16 && values.stream().flatMap(List::stream).allMatch(fits(width));
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        double one = values.get(row).get(column);
        drawCell(svg, colours, one, frame.x(column), frame.y(row), width, cell, row, column, named);
      }
    }
    if (Double.isFinite(least)) {
      drawKey(svg, frame, colours);
    }
    return svg.close();
  }

  private Predicate<Double> fits(double width) {
    return one -> !Double.isFinite(one) || TextWidth.of(unit.format(one)) + 4 <= width;
  }

  private void drawCell(
      Svg svg,
      Colours colours,
      double one,
      double x,
      double y,
      double width,
      double height,
      int row,
      int column,
      boolean named) {
    String place = "%s %s, %s %s".formatted(bottom, columns.get(column), left, rows.get(row));
    double gap = width > 12 && height > 12 ? 1 : 0;
    double from = x - width / 2 + gap / 2;
    double top = y - height / 2 + gap / 2;
    if (!Double.isFinite(one)) {
      svg.rectangle("cell none", from, top, width - gap, height - gap, place + ": not measured");
      return;
    }
    double share = colours.share(one);
    String text = unit.format(one);
    svg.rectangleFilled(
        ColourRamp.at(share),
        from,
        top,
        width - gap,
        height - gap,
        "%s: %s".formatted(place, text));
    if (named) {
      String shade = ColourRamp.isDark(share) ? "t onDark" : "t onLight";
      svg.text(shade, Anchor.MIDDLE, x, y + 4, text);
    }
  }

  private void drawKey(Svg svg, Frame frame, Colours colours) {
    double left = frame.areaLeft();
    double width = Math.min(280, frame.areaRight() - left);
    double top = frame.height() + 26;
    svg.text("t axis", Anchor.START, left, top - 6, TextWidth.fit(value, frame.width() - left));
    double step = width / KEY_STEPS;
    for (int i = 0; i < KEY_STEPS; i++) {
      String colour = ColourRamp.at((i + 0.5) / KEY_STEPS);
      svg.rectangleFilled(colour, left + i * step, top, step + 0.3, 10, "");
    }
    svg.text("t", Anchor.START, left, top + 25, unit.format(colours.least));
    if (colours.least < colours.largest) {
      svg.text("t", Anchor.MIDDLE, left + width / 2, top + 25, unit.format(colours.value(0.5)));
      svg.text("t", Anchor.END, left + width, top + 25, unit.format(colours.largest));
    }
  }

  /** How values become places on the ramp. */
  private record Colours(double least, double largest, boolean logarithmic) {
    double share(double value) {
      if (least == largest) {
        return 0.5;
      }
      return logarithmic
          ? Math.log(value / least) / Math.log(largest / least)
          : (value - least) / (largest - least);
    }

    double value(double share) {
      return logarithmic
          ? least * Math.pow(largest / least, share)
          : least + (largest - least) * share;
    }
  }
}
