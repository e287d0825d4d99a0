package dev.ringside.lab.report.plot;

import dev.ringside.lab.report.plot.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;

/** What the colours and shapes of a plot mean, in as many rows above it as it takes. */
final class Legend {
  static final double ROW = 20;

  private static final double SWATCH = 26;
  private static final double GAP = 18;

  private final List<Place> places = new ArrayList<>();
  private final double height;

  Legend(List<Entry> entries, double width) {
    double x = 0;
    double y = 0;
    for (Entry entry : entries) {
      String name = TextWidth.fit(entry.name, width - SWATCH);
      double needs = SWATCH + TextWidth.of(name);
      if (x > 0 && x + needs > width) {
        x = 0;
        y += ROW;
      }
      places.add(new Place(entry, name, x, y));
      x += needs + GAP;
    }
    height = entries.isEmpty() ? 0 : y + ROW;
  }

  /** Of all its rows, in pixels. */
  double height() {
    return height;
  }

  void draw(Svg svg, double left, double top) {
    if (places.isEmpty()) {
      return;
    }
    svg.group("legend");
    for (Place place : places) {
      place.entry.swatch.draw(svg, place.entry.style, left + place.x, top + place.y + 10);
      svg.text("t", Anchor.START, left + place.x + SWATCH, top + place.y + 14, place.name);
    }
    svg.end();
  }

  /** What stands beside a name. */
  enum Swatch {
    LINE {
      @Override
      void draw(Svg svg, Style style, double x, double y) {
        svg.line(style.lineClass(), x, y, x + 20, y);
      }
    },
    MARKED_LINE {
      @Override
      void draw(Svg svg, Style style, double x, double y) {
        LINE.draw(svg, style, x, y);
        svg.path(style.markClass(), style.mark(x + 10, y));
      }
    },
    BAR {
      @Override
      void draw(Svg svg, Style style, double x, double y) {
        svg.rectangle("bar " + style.colourClass(), x + 6, y - 6, 13, 12, "");
      }
    },
    TICK {
      @Override
      void draw(Svg svg, Style style, double x, double y) {
        svg.line("tickmark " + style.colourClass(), x + 12, y - 6, x + 12, y + 6);
      }
    };

    abstract void draw(Svg svg, Style style, double x, double y);
  }

  /** A name and how it looks. */
  record Entry(String name, Style style, Swatch swatch) {}

  private record Place(Entry entry, String name, double x, double y) {}
}
