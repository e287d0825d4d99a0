package dev.ringside.lab.report.plot;

import dev.ringside.lab.report.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;

/**
 * Distributions below one another over common bins, so that they compare at a glance.
 *
 * @param title for those who do not see it
 * @param bottom what the bins count
 * @param bins their names
 * @param kinds what each row counts, a bar of its own colour in every bin
 * @param rows from the top
 */
public record HistogramRows(
    String title, String bottom, List<String> bins, List<String> kinds, List<Row> rows)
    implements Plot {
  private static final double ROW = 78;
  private static final double NAME = 20;
  private static final double BARS = 52;

  public HistogramRows {
    bins = List.copyOf(bins);
    kinds = List.copyOf(kinds);
    rows = List.copyOf(rows);
  }

  @Override
  public String svg(Layout layout) {
    Axis left = new Axis("", new LinearScale(0, 1, Unit.NUMBER), List.of(new Tick(0, "100%")));
    Axis below = new Axis(bottom, new OrdinalScale(bins));
    Frame frame = new Frame(layout, below, left, null, legend(), rows.size() * ROW);
    Svg svg = new Svg(layout, frame.width(), frame.height(), title, describe());
    double most = largest();
    // The frame's own left axis only keeps room: every row has one.
    frame.drawWithoutLeft(svg);
    for (int i = 0; i < rows.size(); i++) {
      draw(svg, frame, rows.get(i), frame.areaTop() + i * ROW, most);
    }
    return svg.close();
  }

  private List<Legend.Entry> legend() {
    List<Legend.Entry> entries = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      entries.add(new Legend.Entry(kinds.get(i), Style.measured(i), Legend.Swatch.BAR));
    }
    return entries;
  }

  private String describe() {
    return "%s, in rows: %s"
        .formatted(
            String.join(" and ", kinds), String.join(", ", rows.stream().map(Row::name).toList()));
  }

  private double largest() {
    double most = 0;
    for (Row row : rows) {
      for (List<Double> shares : row.shares) {
        most = Math.max(most, shares.stream().mapToDouble(share -> share).max().orElse(0));
      }
    }
    return most > 0 ? most : 1;
  }

  private void draw(Svg svg, Frame frame, Row row, double top, double most) {
    double base = top + NAME + BARS;
    double room = frame.areaRight() - frame.areaLeft();
    svg.text("t strong", Anchor.START, frame.areaLeft(), top + 13, TextWidth.fit(row.name, room));
    svg.line("g", frame.areaLeft(), base - BARS, frame.areaRight(), base - BARS);
    svg.text("t", Anchor.END, frame.areaLeft() - 6, base - BARS + 4, Unit.SHARE.format(most));
    svg.text("t", Anchor.END, frame.areaLeft() - 6, base + 4, "0");
    svg.line("a", frame.areaLeft(), base, frame.areaRight(), base);
    double slot = room / bins.size();
    double width = Math.min(22, slot * 0.8 / Math.max(1, kinds.size()));
    for (int kind = 0; kind < row.shares.size(); kind++) {
      for (int bin = 0; bin < bins.size(); bin++) {
        double share = row.shares.get(kind).get(bin);
        if (share > 0) {
          double x = frame.x(bin) + (kind - row.shares.size() / 2.0) * width;
          double high = Math.max(0.6, share / most * BARS);
          String tooltip =
              "%s: %s of %s, %s: %s"
                  .formatted(
                      row.name, Unit.SHARE.format(share), kinds.get(kind), bottom, bins.get(bin));
          svg.rectangle(
              "bar " + Style.measured(kind).colourClass(), x, base - high, width, high, tooltip);
        }
      }
    }
  }

  /**
   * One distribution for each kind.
   *
   * @param name above it
   * @param shares of the kinds, each with a share from 0 to 1 for every bin
   */
  public record Row(String name, List<List<Double>> shares) {
    public Row {
      shares = shares.stream().map(List::copyOf).toList();
    }
  }
}
