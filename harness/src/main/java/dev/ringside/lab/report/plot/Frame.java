package dev.ringside.lab.report.plot;

import dev.ringside.lab.report.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The axes of a plot, with the area between them: from the widths of its labels it finds room for
 * everything, then draws grid, ticks and titles, and says where values stand.
 *
 * <pre>
 *   legend, some rows
 *   title of the left axis          title of the right axis
 *   labels | area                 | labels
 *          | labels, rising when they would touch
 *          | title of the axis below
 * </pre>
 */
final class Frame {
  private static final double PIXELS_PER_TICK_DOWN = 52;
  private static final double PIXELS_PER_TICK_ACROSS = 90;
  private static final double LABEL_GAP = 8;
  private static final double LONGEST_RISING_LABEL = 150;
  private static final double RISING_LABELS_APART = 20;
  private static final double SINE_OF_RISE = 0.574;
  private static final double COSINE_OF_RISE = 0.819;

  private final Layout layout;
  private final Axis bottom;
  private final Axis left;
  private final @Nullable Axis right;
  private final Legend legend;
  private final List<Tick> bottomTicks;
  private final List<Tick> leftTicks;
  private final List<Tick> rightTicks;
  private final boolean rising;
  private final double areaLeft;
  private final double areaRight;
  private final double areaTop;
  private final double areaBottom;
  private final double height;

  /**
   * @param areaHeight between the axes, in pixels
   */
  Frame(
      Layout layout,
      Axis bottom,
      Axis left,
      @Nullable Axis right,
      List<Legend.Entry> entries,
      double areaHeight) {
    this.layout = layout;
    this.bottom = bottom;
    this.left = left;
    this.right = right;
    legend = new Legend(entries, layout.width() - 4);
    int down = (int) Math.max(2, areaHeight / PIXELS_PER_TICK_DOWN);
    leftTicks = apart(left, left.ticks(down), areaHeight);
    rightTicks = right == null ? List.of() : apart(right, right.ticks(down), areaHeight);
    double widestLabel = layout.width() * 0.34;
    double leftLabels = Math.min(widestLabel, widest(leftTicks)) + LABEL_GAP;
    double lastLabel = lastLabelHalf(bottom);
    areaRight =
        layout.width()
            - (right == null
                ? Math.max(8, Math.min(lastLabel, 30))
                : widest(rightTicks) + LABEL_GAP);
    double across = areaRight - leftLabels;
    List<Tick> ticks = bottom.ticks((int) Math.max(2, across / PIXELS_PER_TICK_ACROSS));
    rising = bottom.scale() instanceof OrdinalScale names && !fitFlat(names, across);
    areaLeft =
        rising ? Math.max(leftLabels, risingOverhang(ticks, leftLabels, across)) : leftLabels;
    bottomTicks =
        rising ? everyNth(ticks, areaRight - areaLeft) : beside(ticks, areaRight - areaLeft);
    areaTop = 4 + legend.height() + (hasSideTitles() ? 24 : 6);
    areaBottom = areaTop + areaHeight;
    double labels = rising ? 12 + risingHeight() : 20;
    height = areaBottom + labels + (bottom.title().isEmpty() ? 0 : 20);
  }

  private boolean hasSideTitles() {
    return !left.title().isEmpty() || (right != null && !right.title().isEmpty());
  }

  private double lastLabelHalf(Axis axis) {
    List<Tick> ticks = axis.ticks(5);
    return ticks.isEmpty() ? 0 : TextWidth.of(ticks.getLast().label()) / 2;
  }

  private static boolean fitFlat(OrdinalScale scale, double across) {
    double slot = across / scale.names().size();
    return scale.names().stream().allMatch(name -> TextWidth.of(name) + LABEL_GAP <= slot);
  }

  /** How far the first rising label reaches to the left of its slot, so that it is not cut. */
  private static double risingOverhang(List<Tick> ticks, double leftLabels, double across) {
    double slot = across / ticks.size();
    double needs = 0;
    for (int i = 0; i < ticks.size(); i++) {
      double reach = risingWidth(ticks.get(i)) * COSINE_OF_RISE + 6;
      needs = Math.max(needs, reach - (i + 0.5) * slot);
    }
    return Math.max(leftLabels, needs);
  }

  private static double risingWidth(Tick tick) {
    return TextWidth.of(TextWidth.fit(tick.label(), LONGEST_RISING_LABEL));
  }

  private double risingHeight() {
    return bottomTicks.stream().mapToDouble(Frame::risingWidth).max().orElse(0) * SINE_OF_RISE + 10;
  }

  /** Ticks whose labels would touch lose their labels, and ordinal ones their place. */
  private List<Tick> beside(List<Tick> ticks, double across) {
    List<Tick> kept = new ArrayList<>();
    double free = Double.NEGATIVE_INFINITY;
    for (Tick tick : ticks) {
      if (!bottom.scale().takes(tick.value())) {
        continue;
      }
      double middle = bottom.scale().at(tick.value()) * across;
      double half = TextWidth.of(tick.label()) / 2;
      if (middle - half >= free) {
        kept.add(tick);
        free = middle + half + LABEL_GAP;
      }
    }
    return kept;
  }

  private static List<Tick> everyNth(List<Tick> ticks, double across) {
    int stride = (int) Math.max(1, Math.ceil(ticks.size() * RISING_LABELS_APART / across));
    List<Tick> kept = new ArrayList<>();
    for (int i = 0; i < ticks.size(); i += stride) {
      kept.add(ticks.get(i));
    }
    return kept;
  }

  private static List<Tick> apart(Axis axis, List<Tick> ticks, double areaHeight) {
    List<Tick> kept = new ArrayList<>();
    double free = Double.NEGATIVE_INFINITY;
    for (Tick tick : ticks) {
      double at = axis.scale().at(tick.value()) * areaHeight;
      if (at >= free && at >= -0.5 && at <= areaHeight + 0.5) {
        kept.add(tick);
        free = at + 14;
      }
    }
    return kept;
  }

  private static double widest(List<Tick> ticks) {
    return ticks.stream().mapToDouble(tick -> TextWidth.of(tick.label())).max().orElse(0);
  }

  double width() {
    return layout.width();
  }

  double height() {
    return height;
  }

  double areaLeft() {
    return areaLeft;
  }

  double areaRight() {
    return areaRight;
  }

  double areaTop() {
    return areaTop;
  }

  double areaBottom() {
    return areaBottom;
  }

  /** Where a value of the axis below stands, in pixels from the left. */
  double x(double value) {
    return areaLeft + within(bottom.scale().at(value)) * (areaRight - areaLeft);
  }

  /** Where a value of the left axis stands, in pixels from the top. */
  double y(double value) {
    return areaBottom - within(left.scale().at(value)) * (areaBottom - areaTop);
  }

  /** Where a value of the axis on that side stands, in pixels from the top. */
  double y(Series.Side side, double value) {
    return switch (side) {
      case LEFT -> y(value);
      case RIGHT ->
          right == null
              ? y(value)
              : areaBottom - within(right.scale().at(value)) * (areaBottom - areaTop);
    };
  }

  /** Whether a pair of values has a place. */
  boolean takes(Series.Side side, double x, double y) {
    Scale vertical = side == Series.Side.RIGHT && right != null ? right.scale() : left.scale();
    return bottom.scale().takes(x) && vertical.takes(y);
  }

  private static double within(double share) {
    return Math.clamp(share, -0.02, 1.02);
  }

  /** Says in the middle of the area that there is nothing to see. */
  void drawEmpty(Svg svg) {
    double middle = (areaLeft + areaRight) / 2;
    svg.text("t axis", Anchor.MIDDLE, middle, (areaTop + areaBottom) / 2, "not measured");
  }

  /** Draws everything but the area's own content. */
  void draw(Svg svg) {
    drawLeft(svg);
    drawWithoutLeft(svg);
  }

  private void drawLeft(Svg svg) {
    if (!left.title().isEmpty()) {
      double room = right == null ? layout.width() : layout.width() * 0.5 - 6;
      svg.text("t axis", Anchor.START, 2, areaTop - 10, TextWidth.fit(left.titleWithUnit(), room));
    }
    svg.group("grid");
    boolean named = left.scale() instanceof OrdinalScale;
    for (Tick tick : leftTicks) {
      double y = y(tick.value());
      if (!named) {
        svg.line("g", areaLeft, y, areaRight, y);
      }
      String label = TextWidth.fit(tick.label(), layout.width() * 0.34);
      svg.text("t", Anchor.END, areaLeft - 6, y + 4, label);
    }
    svg.end();
  }

  /** Draws everything but the left axis, for which there is room all the same. */
  void drawWithoutLeft(Svg svg) {
    legend.draw(svg, 2, 2);
    drawBottom(svg);
    if (right != null) {
      double room = layout.width() * 0.5 - 6;
      String title = TextWidth.fit(right.titleWithUnit(), room);
      svg.text("t axis", Anchor.END, layout.width() - 2, areaTop - 10, title);
      for (Tick tick : rightTicks) {
        double y = y(Series.Side.RIGHT, tick.value());
        svg.line("a", areaRight, y, areaRight + 4, y);
        svg.text("t", Anchor.START, areaRight + 7, y + 4, tick.label());
      }
      svg.line("a", areaRight, areaTop, areaRight, areaBottom);
    }
    svg.line("a", areaLeft, areaBottom, areaRight, areaBottom);
  }

  private void drawBottom(Svg svg) {
    for (Tick tick : bottomTicks) {
      double x = x(tick.value());
      svg.line("a", x, areaBottom, x, areaBottom + 4);
      if (rising) {
        String label = TextWidth.fit(tick.label(), LONGEST_RISING_LABEL);
        svg.risingText("t", x + 4, areaBottom + 14, label);
      } else {
        svg.text("t", Anchor.MIDDLE, x, areaBottom + 17, tick.label());
      }
    }
    if (!bottom.title().isEmpty()) {
      String title = TextWidth.fit(bottom.titleWithUnit(), layout.width());
      double needs = TextWidth.of(title) * 1.05;
      double middle =
          Math.clamp(
              (areaLeft + areaRight) / 2, needs / 2, Math.max(needs / 2, width() - needs / 2));
      svg.text("t axis", Anchor.MIDDLE, middle, height - 5, title);
    }
  }
}
