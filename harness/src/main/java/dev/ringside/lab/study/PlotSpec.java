package dev.ringside.lab.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A picture that an experiment asks for.
 *
 * @param kind what is drawn
 * @param title above it
 * @param x the varied parameter along the x axis
 * @param y the varied parameter along the y axis of a {@link PlotKind#HEAT_MAP}
 * @param series the varied parameter that tells lines apart
 * @param metrics what is drawn, for kinds that leave it open
 * @param note what to look for, below it; may be empty
 * @param only values of varied parameters: points with others are left out
 */
public record PlotSpec(
    PlotKind kind,
    String title,
    @Nullable String x,
    @Nullable String y,
    @Nullable String series,
    List<Metric> metrics,
    String note,
    SequencedMap<String, String> only) {
  public PlotSpec {
    metrics = List.copyOf(metrics);
    only = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(only));
  }

  /** A picture of all points. */
  public PlotSpec(
      PlotKind kind,
      String title,
      @Nullable String x,
      @Nullable String y,
      @Nullable String series,
      List<Metric> metrics,
      String note) {
    this(kind, title, x, y, series, metrics, note, new LinkedHashMap<>());
  }
}
