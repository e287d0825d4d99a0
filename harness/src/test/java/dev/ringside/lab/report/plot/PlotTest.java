package dev.ringside.lab.report.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

final class PlotTest {
  private static final String HOSTILE = "<b a=\"1\"> & 'c' \u0001 ]]>";

  static Stream<Arguments> plots() {
    List<Plot> plots = new ArrayList<>();
    plots.add(lines(new Dot(1, 1), new Dot(10, 5), new Dot(100, 7)));
    plots.add(lines());
    plots.add(lines(new Dot(5, 5)));
    plots.add(lines(new Dot(1, Double.NaN), new Dot(2, Double.POSITIVE_INFINITY)));
    plots.add(lines(new Dot(1, 3), new Dot(2, Double.NaN), new Dot(3, 3), new Dot(4, 3)));
    plots.add(new StackedBars(HOSTILE, axis(9), Unit.NUMBER, List.of(HOSTILE, "b"), bars()));
    plots.add(
        new HistogramRows(
            HOSTILE,
            HOSTILE,
            List.of(HOSTILE, "2"),
            List.of(HOSTILE, "b"),
            List.of(
                new HistogramRows.Row(
                    HOSTILE, List.of(List.of(0.0, 0.0), List.of(1.0, Double.NaN))))));
    plots.add(heatMap(1, 1000));
    plots.add(heatMap(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
    plots.add(
        new RequestTimeline(
            HOSTILE,
            axis(100),
            List.of(HOSTILE),
            List.of(
                new RequestTimeline.Lane(HOSTILE, List.of(new RequestTimeline.Mark(3, HOSTILE)))),
            List.of(
                new RequestTimeline.Row(
                    HOSTILE, List.of(new RequestTimeline.Span(0, 1, 1, HOSTILE))))));
    return plots.stream()
        .flatMap(plot -> Stream.of(Layout.values()).map(layout -> Arguments.of(plot, layout)));
  }

  private static Axis axis(double end) {
    return new Axis(HOSTILE, LinearScale.fromZero(0, end, Unit.NANOSECONDS));
  }

  private static LinePlot lines(Dot... dots) {
    Series series = new Series(HOSTILE, Style.measured(0), List.of(dots));
    Series spread =
        new Series(HOSTILE, Style.measured(9), List.of(new Dot(2, 2, 1, 3, HOSTILE, HOSTILE)));
    List<LinePlot.Note> notes = List.of(new LinePlot.Note(Series.Side.LEFT, 2, 2, HOSTILE));
    return new LinePlot(HOSTILE, axis(100), axis(8), axis(8), List.of(series, spread), notes);
  }

  private static List<StackedBars.Bar> bars() {
    return List.of(
        new StackedBars.Bar(HOSTILE, List.of(3.0, 4.0)),
        new StackedBars.Bar("nothing", List.of(0.0, Double.NaN)));
  }

  private static HeatMap heatMap(double least, double largest) {
    return new HeatMap(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        List.of(HOSTILE, "y"),
        List.of("x"),
        HOSTILE,
        Unit.NUMBER,
        List.of(List.of(Double.NaN, Double.isFinite(least) ? least : Double.NaN)),
        least,
        largest);
  }

  @ParameterizedTest
  @MethodSource("plots")
  void isWellFormedAndSaysWhatItIsWhateverTheNamesAndValues(Plot plot, Layout layout) {
    Element svg = Xml.parse(plot.svg(layout));
    assertThat(svg.getAttribute("role")).isEqualTo("img");
    assertThat(svg.getAttribute("aria-label")).startsWith("<b a=\"1\"> & 'c'");
    assertThat(svg.getElementsByTagName("desc").getLength()).isEqualTo(1);
    assertThat(plot.svg(layout)).doesNotContain("NaN").doesNotContain("Infinity");
  }

  @ParameterizedTest
  @MethodSource("plots")
  void keepsItsTextWithinThePicture(Plot plot, Layout layout) {
    assertThat(Xml.textsOutside(plot.svg(layout))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void keepsLongAndManyNamesApart(Layout layout) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      names.add("a policy with a long name, number " + i);
    }
    Axis bottom = new Axis("policy", new OrdinalScale(names));
    Axis left = new Axis("latency", new LogScale(100, 1e8, Unit.NANOSECONDS));
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      series.add(
          new Series(
              names.get(i), Style.measured(i), List.of(new Dot(i, 1e4), new Dot(i + 1, 1e6))));
    }
    String svg = new LinePlot("many", bottom, left, series).svg(layout);
    assertThat(Xml.overlappingTexts(svg)).isEmpty();
    assertThat(Xml.textsOutside(svg)).isEmpty();
  }

  @Test
  void drawsAGapWhereAValueIsMissing() {
    Axis bottom = new Axis("x", new LinearScale(0, 5, Unit.NUMBER));
    Axis left = new Axis("y", new LinearScale(0, 5, Unit.NUMBER));
    List<Dot> dots =
        List.of(new Dot(1, 1), new Dot(2, 1), new Dot(3, Double.NaN), new Dot(4, 1), new Dot(5, 1));
    LinePlot plot =
        new LinePlot("gap", bottom, left, List.of(new Series("s", Style.measured(0), dots)));
    String line = Xml.attribute(plot.svg(Layout.WIDE), "line c0", "d");
    assertThat(line.chars().filter(letter -> letter == 'M').count()).isEqualTo(2);
  }

  @Test
  void thinsALongCurveButKeepsItsPeak() {
    List<Dot> dots = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      dots.add(new Dot(i, i == 77_777 ? 100 : 1));
    }
    Axis bottom = new Axis("x", new LinearScale(0, 100_000, Unit.NUMBER));
    Axis left = new Axis("y", new LinearScale(0, 100, Unit.NUMBER));
    Series curve = new Series("s", Style.measured(0), Series.Side.LEFT, false, dots);
    String svg = new LinePlot("long", bottom, left, List.of(curve)).svg(Layout.WIDE);
    assertThat(svg.length()).isLessThan(10_000);
    assertThat(Xml.attribute(svg, "line c0", "d")).containsOnlyOnce(" 28L");
  }

  @Test
  void coloursValuesFromDarkToBright() {
    assertThat(ColourRamp.at(0)).isNotEqualTo(ColourRamp.at(1));
    assertThat(brightness(ColourRamp.at(0))).isLessThan(brightness(ColourRamp.at(0.5)));
    assertThat(brightness(ColourRamp.at(0.5))).isLessThan(brightness(ColourRamp.at(1)));
  }

  private static int brightness(String colour) {
    int rgb = Integer.parseInt(colour.substring(1), 16);
    return 3 * (rgb >> 16) + 6 * ((rgb >> 8) & 0xff) + (rgb & 0xff);
  }
}
