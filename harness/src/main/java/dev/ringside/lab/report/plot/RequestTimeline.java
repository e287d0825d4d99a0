package dev.ringside.lab.report.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened when: a bar for each request, of its stages, the first on top; above them lanes
 * with a mark for everything that takes no time.
 *
 * @param title for those who do not see it
 * @param bottom the axis of time
 * @param stages names of the stages, in their order
 * @param lanes above the bars
 * @param rows the bars
 */
public record RequestTimeline(
    String title, Axis bottom, List<String> stages, List<Lane> lanes, List<Row> rows)
    implements Plot {
  private static final double ROW = 15;
  private static final double BAR = 10;

  public RequestTimeline {
    stages = List.copyOf(stages);
    lanes = List.copyOf(lanes);
    rows = List.copyOf(rows);
  }

  @Override
  public String svg(Layout layout) {
    List<String> names = new ArrayList<>();
    rows.reversed().forEach(row -> names.add(row.name));
    lanes.reversed().forEach(lane -> names.add(lane.name));
    Axis left = new Axis("", new OrdinalScale(names));
    Frame frame = new Frame(layout, bottom, left, null, legend(), names.size() * ROW);
    String description = "%d requests; marks: %s".formatted(rows.size(), laneNames());
    Svg svg = new Svg(layout, frame.width(), frame.height(), title, description);
    frame.draw(svg);
    svg.group("grid");
    for (Tick tick : bottom.ticks(6)) {
      svg.line(
          "g", frame.x(tick.value()), frame.areaTop(), frame.x(tick.value()), frame.areaBottom());
    }
    svg.end();
    for (int i = 0; i < lanes.size(); i++) {
      drawLane(svg, frame, lanes.get(i), i, frame.y(names.size() - 1.0 - i));
    }
    for (int i = 0; i < rows.size(); i++) {
      drawRow(svg, frame, rows.get(i), frame.y(rows.size() - 1.0 - i));
    }
    return svg.close();
  }

  private String laneNames() {
    return String.join(", ", lanes.stream().map(Lane::name).toList());
  }

  private List<Legend.Entry> legend() {
    List<Legend.Entry> entries = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      entries.add(new Legend.Entry(stages.get(i), Style.measured(i), Legend.Swatch.BAR));
    }
    return entries;
  }

  private static void drawLane(Svg svg, Frame frame, Lane lane, int number, double middle) {
    if (number % 2 == 0) {
      double width = frame.areaRight() - frame.areaLeft();
      svg.rectangle("lane", frame.areaLeft(), middle - ROW / 2, width, ROW, "");
    }
    for (Mark mark : lane.marks) {
      if (frame.takes(Series.Side.LEFT, mark.time, 0)) {
        double x = frame.x(mark.time);
        String path =
            "M%s %sV%s"
                .formatted(
                    Svg.number(x), Svg.number(middle - BAR / 2), Svg.number(middle + BAR / 2));
        svg.path("tickmark", path, mark.tooltip);
      }
    }
  }

  private static void drawRow(Svg svg, Frame frame, Row row, double middle) {
    for (Span span : row.spans) {
      double from = frame.x(span.from);
      double width = Math.max(0.4, frame.x(span.to) - from);
      svg.rectangle(
          "bar " + Style.measured(span.stage).colourClass(),
          from,
          middle - BAR / 2,
          width,
          BAR,
          span.tooltip);
    }
  }

  /** Marks of one kind. */
  public record Lane(String name, List<Mark> marks) {
    public Lane {
      marks = List.copyOf(marks);
    }
  }

  /** Something that takes no time. */
  public record Mark(double time, String tooltip) {}

  /** The stages of one request. */
  public record Row(String name, List<Span> spans) {
    public Row {
      spans = List.copyOf(spans);
    }
  }

  /**
   * A stage of a request.
   *
   * @param stage its number among the names
   */
  public record Span(int stage, double from, double to, String tooltip) {}
}
