package dev.ringside.lab.study;

import java.util.Map;
import java.util.SequencedMap;

/**
 * One run of an experiment.
 *
 * @param number from 0 on, in the order of the table
 * @param values of the varied parameters by their names, in the experiment's order
 * @param repetition from 0 on
 * @param seed where all chance of this run comes from
 */
public record StudyPoint(
    int number, SequencedMap<String, String> values, int repetition, long seed) {
  /** The value of a varied parameter. */
  public String value(String parameter) {
    String value = values.get(parameter);
    if (value == null) {
      throw new IllegalArgumentException("'%s' is not varied here".formatted(parameter));
    }
    return value;
  }

  /** As titles and tables show it: {@code queue-depth=32 batch=8}. */
  public String title() {
    StringBuilder title = new StringBuilder();
    for (Map.Entry<String, String> one : values.entrySet()) {
      title.append(title.isEmpty() ? "" : " ").append(one.getKey()).append('=');
      title.append(one.getValue());
    }
    return title.toString();
  }
}
