package dev.ringside.lab.report.plot;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A bar for each thing measured, of the parts that make it up; the first on top.
 *
 * @param title for those who do not see it
 * @param bottom the axis along the bars, from zero
 * @param unit of the parts, for tooltips
 * @param parts names of the parts, in the order in which they are stacked
 * @param bars at least one
 */
public record StackedBars(String title, Axis bottom, Unit unit, List<String> parts, List<Bar> bars)
    implements Plot {
  private static final double ROW = 26;
  private static final double BAR = 17;

  public StackedBars {
    parts = List.copyOf(parts);
    bars = List.copyOf(bars);
  }

  @Override
  public String svg(Layout layout) {
    List<String> names = bars.reversed().stream().map(Bar::name).toList();
    Axis left = new Axis("", new OrdinalScale(names));
    Frame frame = new Frame(layout, bottom, left, null, legend(), bars.size() * ROW);
    String description = String.join(", ", parts) + " of " + String.join(", ", names.reversed());
    Svg svg = new Svg(layout, frame.width(), frame.height(), title, description);
    frame.draw(svg);
    drawGrid(svg, frame);
    for (int i = 0; i < bars.size(); i++) {
      draw(svg, frame, bars.get(i), frame.y(bars.size() - 1.0 - i) - BAR / 2);
    }
    return svg.close();
  }

  private List<Legend.Entry> legend() {
    return IntStream.range(0, parts.size())
        .mapToObj(i -> new Legend.Entry(parts.get(i), Style.measured(i), Legend.Swatch.BAR))
        .toList();
  }

  private void drawGrid(Svg svg, Frame frame) {
    svg.group("grid");
    for (Tick tick : bottom.ticks(5)) {
      double x = frame.x(tick.value());
      svg.line("g", x, frame.areaTop(), x, frame.areaBottom());
    }
    svg.end();
  }

  private void draw(Svg svg, Frame frame, Bar bar, double top) {
    double sum = bar.values.stream().filter(Double::isFinite).mapToDouble(v -> v).sum();
    double start = 0;
    for (int i = 0; i < bar.values.size(); i++) {
      double value = bar.values.get(i);
      if (!(value > 0)) {
        continue;
      }
      double from = frame.x(start);
      start += value;
      double width = frame.x(start) - from;
      if (width >= 0.05) {
        String share = Unit.SHARE.format(value / sum);
        String tooltip =
            "%s: %s %s, %s of %s"
                .formatted(bar.name, parts.get(i), unit.format(value), share, unit.format(sum));
        svg.rectangle("bar " + Style.measured(i).colourClass(), from, top, width, BAR, tooltip);
      }
    }
  }

  /**
   * One bar.
   *
   * @param name beside it
   * @param values of the parts, in their order; what is not positive takes no room
   */
  public record Bar(String name, List<Double> values) {
    public Bar {
      values = List.copyOf(values);
    }
  }
}
