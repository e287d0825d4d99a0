package dev.ringside.lab.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Values of a metric that were recorded elsewhere, to be drawn beside the measured ones.
 *
 * @param name as legends show it: {@code QEMU 7.2, event_idx on}
 * @param source where the values come from, a sentence
 * @param metric what was recorded
 * @param parameter the varied parameter that it was recorded over
 * @param at the values of other varied parameters at which points are comparable with it
 * @param values the metric by the parameter's value, in the order of the axis
 */
public record Reference(
    String name,
    String source,
    Metric metric,
    String parameter,
    SequencedMap<String, String> at,
    SequencedMap<String, Double> values) {
  public Reference {
    at = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(at));
    values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
  }

  /** Whether a point was run under the conditions of the recording. */
  public boolean isComparableWith(StudyPoint point) {
    return point.values().entrySet().containsAll(at.entrySet());
  }
}
