package dev.ringside.lab.study;

import java.util.List;
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
 */
public record PlotSpec(
    PlotKind kind,
    String title,
    @Nullable String x,
    @Nullable String y,
    @Nullable String series,
    List<Metric> metrics,
    String note) {
  public PlotSpec {
    metrics = List.copyOf(metrics);
  }
}
