package dev.ringside.lab.study;

import java.util.Map;

/**
 * Something that a study can vary.
 *
 * @param name as experiments and columns have it: lower case, dashes, the unit at its end
 * @param unit what it is counted in; empty for a plain number or words
 * @param standard the value that it has when an experiment does not say, as text
 * @param description a part of a sentence
 * @param reader makes a text into a value
 */
public record Parameter<T>(
    String name, String unit, String standard, String description, Reader<T> reader) {
  /** Makes a text into a value. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException when the text is none; the message says what would be
     */
    T read(String text);
  }

  /**
   * The parameter's value among those of a run.
   *
   * @param values by the parameters' names; what is missing has its standard
   */
  T in(Map<String, String> values) throws ExperimentException {
    return read(values.getOrDefault(name, standard));
  }

  /** Reads a value of this parameter. */
  T read(String text) throws ExperimentException {
    try {
      return reader.read(text);
    } catch (IllegalArgumentException none) {
      throw new ExperimentException("%s: %s".formatted(name, none.getMessage()));
    }
  }
}
