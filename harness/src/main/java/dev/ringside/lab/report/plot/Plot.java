package dev.ringside.lab.report.plot;

/** A picture that can be drawn at several widths. */
public sealed interface Plot
    permits LinePlot, StackedBars, HistogramRows, HeatMap, RequestTimeline {
  /** The picture as one {@code svg} element, well-formed XML with all its text escaped. */
  String svg(Layout layout);
}
