package dev.ringside.lab.report.plot;

import dev.ringside.lab.report.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines over a common axis, on one or two axes of values, with the spread of repetitions.
 *
 * @param title for those who do not see it
 * @param bottom the common axis
 * @param left axis of values
 * @param right a second one
 * @param series in the order of the legend; dots without a place leave a gap
 * @param notes marks at places of their own, such as a knee
 */
public record LinePlot(
    String title,
    Axis bottom,
    Axis left,
    @Nullable Axis right,
    List<Series> series,
    List<Note> notes)
    implements Plot {
  /** More dots than this in a line are a curve without marks. */
  private static final int MARKED_DOTS = 48;

  /** More dots than this in a line cannot be seen apart. */
  private static final int DRAWN_DOTS = 400;

  public LinePlot {
    series = List.copyOf(series);
    notes = List.copyOf(notes);
  }

  /** Lines on one axis of values. */
  public LinePlot(String title, Axis bottom, Axis left, List<Series> series) {
    this(title, bottom, left, null, series, List.of());
  }

  @Override
  public String svg(Layout layout) {
    Frame frame = new Frame(layout, bottom, left, right, legend(), layout.areaHeight());
    Svg svg = new Svg(layout, frame.width(), frame.height(), title, describe());
    frame.draw(svg);
    for (Series one : series) {
      if (one.marked()) {
        drawSpread(svg, frame, one);
      }
    }
    for (Series one : series) {
      drawLine(svg, frame, one);
    }
    List<Box> labels = new ArrayList<>();
    for (Series one : series.reversed()) {
      drawMarks(svg, frame, one, labels);
    }
    notes.forEach(note -> draw(svg, frame, note));
    if (series.stream().noneMatch(one -> hasPlace(frame, one))) {
      frame.drawEmpty(svg);
    }
    return svg.close();
  }

  private static boolean hasPlace(Frame frame, Series one) {
    return one.dots().stream().anyMatch(dot -> frame.takes(one.side(), dot.x(), dot.y()));
  }

  private List<Legend.Entry> legend() {
    if (series.size() < 2 && right == null) {
      return List.of();
    }
    return series.stream().map(LinePlot::entry).toList();
  }

  private static Legend.Entry entry(Series one) {
    Legend.Swatch swatch = hasMarks(one) ? Legend.Swatch.MARKED_LINE : Legend.Swatch.LINE;
    return new Legend.Entry(one.name(), one.style(), swatch);
  }

  private static boolean hasMarks(Series one) {
    return one.marked() && one.dots().size() <= MARKED_DOTS;
  }

  private String describe() {
    List<String> names = series.stream().map(Series::name).toList();
    String sides = right == null ? left.title() : left.title() + " and " + right.title();
    return "%s over %s: %s".formatted(sides, bottom.title(), String.join(", ", names));
  }

  private static void drawSpread(Svg svg, Frame frame, Series one) {
    StringBuilder whiskers = new StringBuilder();
    for (Dot dot : one.dots()) {
      boolean spread = dot.low() < dot.high();
      if (spread && frame.takes(one.side(), dot.x(), dot.low())) {
        double x = frame.x(dot.x());
        whiskers.append('M').append(Svg.number(x)).append(' ');
        whiskers.append(Svg.number(frame.y(one.side(), dot.low()))).append('V');
        whiskers.append(Svg.number(frame.y(one.side(), dot.high())));
      }
    }
    if (!whiskers.isEmpty()) {
      svg.path("whisker " + one.style().colourClass(), whiskers);
    }
    drawBand(svg, frame, one);
  }

  private static void drawBand(Svg svg, Frame frame, Series one) {
    List<Dot> dots =
        one.dots().stream()
            .filter(
                dot ->
                    frame.takes(one.side(), dot.x(), dot.low())
                        && frame.takes(one.side(), dot.x(), dot.high()))
            .toList();
    if (dots.size() < 2 || dots.stream().noneMatch(dot -> dot.low() < dot.high())) {
      return;
    }
    StringBuilder band = new StringBuilder();
    for (Dot dot : dots) {
      step(band, frame.x(dot.x()), frame.y(one.side(), dot.high()), band.isEmpty());
    }
    for (Dot dot : dots.reversed()) {
      step(band, frame.x(dot.x()), frame.y(one.side(), dot.low()), false);
    }
    svg.path("band " + one.style().colourClass(), band.append('Z'));
  }

  private static void drawLine(Svg svg, Frame frame, Series one) {
    StringBuilder line = new StringBuilder();
    boolean gap = true;
    int drawn = 0;
    for (Dot dot : thinned(one.dots())) {
      if (frame.takes(one.side(), dot.x(), dot.y())) {
        step(line, frame.x(dot.x()), frame.y(one.side(), dot.y()), gap);
        gap = false;
        drawn++;
      } else {
        gap = true;
      }
    }
    if (drawn > 1) {
      svg.path(one.style().lineClass(), line, hasMarks(one) ? "" : one.name());
    }
  }

  /** At most {@link #DRAWN_DOTS} dots, the least and the largest of each stretch among them. */
  private static List<Dot> thinned(List<Dot> dots) {
    if (dots.size() <= DRAWN_DOTS) {
      return dots;
    }
    int stretches = DRAWN_DOTS / 2;
    List<Dot> kept = new ArrayList<>(DRAWN_DOTS);
    for (int i = 0; i < stretches; i++) {
      int from = (int) ((long) i * dots.size() / stretches);
      int to = (int) ((i + 1L) * dots.size() / stretches);
      int least = from;
      int largest = from;
      for (int j = from; j < to; j++) {
        least = dots.get(j).y() < dots.get(least).y() ? j : least;
        largest = dots.get(j).y() > dots.get(largest).y() ? j : largest;
      }
      kept.add(dots.get(Math.min(least, largest)));
      if (least != largest) {
        kept.add(dots.get(Math.max(least, largest)));
      }
    }
    return kept;
  }

  private static void step(StringBuilder path, double x, double y, boolean start) {
    path.append(start ? 'M' : 'L').append(Svg.number(x)).append(' ').append(Svg.number(y));
  }

  private static void drawMarks(Svg svg, Frame frame, Series one, List<Box> labels) {
    if (!hasMarks(one)) {
      return;
    }
    for (Dot dot : one.dots()) {
      if (!frame.takes(one.side(), dot.x(), dot.y())) {
        continue;
      }
      double x = frame.x(dot.x());
      double y = frame.y(one.side(), dot.y());
      svg.path(one.style().markClass(), one.style().mark(x, y), dot.tooltip());
      if (!dot.label().isEmpty()) {
        drawLabel(svg, frame, dot.label(), x, y, labels);
      }
    }
  }

  /** Above the mark, on the side where there is room; not at all where another label stands. */
  private static void drawLabel(
      Svg svg, Frame frame, String label, double x, double y, List<Box> labels) {
    double width = TextWidth.of(label);
    boolean atEnd = x + 8 + width > frame.areaRight();
    double left = atEnd ? x - 7 - width : x + 7;
    Box box = new Box(left, y - 17, left + width, y - 4);
    if (labels.stream().noneMatch(box::touches)) {
      labels.add(box);
      svg.text("t small", atEnd ? Anchor.END : Anchor.START, x + (atEnd ? -7 : 7), y - 6, label);
    }
  }

  private static void draw(Svg svg, Frame frame, Note note) {
    if (!frame.takes(note.side, note.x, note.y)) {
      return;
    }
    double x = frame.x(note.x);
    double y = frame.y(note.side, note.y);
    svg.line("noteline", x, frame.areaTop(), x, frame.areaBottom());
    svg.path("ring", Style.circle(x, y, 8));
    double needs = TextWidth.of(note.text) + 10;
    boolean before = x + needs > frame.areaRight() && x - needs > frame.areaLeft();
    svg.text(
        "t note",
        before ? Anchor.END : Anchor.START,
        x + (before ? -5 : 5),
        frame.areaTop() + 11,
        note.text);
  }

  /**
   * A place worth a word: a ring around it, and a line down to the axis.
   *
   * @param text short; at the top of the line
   */
  public record Note(Series.Side side, double x, double y, String text) {}

  /** Where a label stands, in pixels. */
  private record Box(double left, double top, double right, double bottom) {
    boolean touches(Box other) {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
  }
}
