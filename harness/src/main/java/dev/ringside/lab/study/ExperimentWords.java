package dev.ringside.lab.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes and changes experiments by words of the form {@code name=values}. */
public final class ExperimentWords {
  private ExperimentWords() {}

  /** One that varies nothing. */
  public static Experiment blank(String name) {
    return new Experiment(
        name, name, "", List.of(), new LinkedHashMap<>(), new LinkedHashMap<>(), 1, 1, List.of());
  }

  /**
   * Sets and varies parameters, in the place of what the experiment says about them.
   *
   * @param fixed {@code name=value}
   * @param varied {@code name=values}, as {@code 1,2,4..64x2}
   * @param seed null for the experiment's own
   * @param repetitions null for the experiment's own
   */
  public static Experiment changed(
      Experiment experiment,
      List<String> fixed,
      List<String> varied,
      @Nullable Long seed,
      @Nullable Integer repetitions)
      throws ExperimentException {
    SequencedMap<String, String> nowFixed = new LinkedHashMap<>(experiment.fixed());
    SequencedMap<String, List<String>> nowVaried = new LinkedHashMap<>(experiment.varied());
    SequencedMap<String, String> set = new LinkedHashMap<>();
    for (String word : fixed) {
      String name = name(word);
      nowVaried.remove(name);
      nowFixed.put(name, value(word));
      set.put(name, value(word));
    }
    for (String word : varied) {
      String name = name(word);
      if (set.containsKey(name)) {
        throw new ExperimentException("%s is both set and varied".formatted(name));
      }
      nowFixed.remove(name);
      nowVaried.put(name, values(name, value(word)));
    }
    return new Experiment(
        experiment.name(),
        experiment.title(),
        experiment.question(),
        experiment.lookFor(),
        nowFixed,
        nowVaried,
        repetitions == null ? experiment.repetitions() : repetitions,
        seed == null ? experiment.seed() : seed,
        experiment.plots().stream().filter(plot -> canDraw(plot, nowVaried.keySet())).toList(),
        experiment.recordings());
  }

  /** A plot over what is not varied any more has nothing to show. */
  private static boolean canDraw(PlotSpec plot, Set<String> varied) {
    return Stream.of(plot.x(), plot.y(), plot.series())
        .allMatch(axis -> axis == null || varied.contains(axis));
  }

  private static List<String> values(String name, String text) throws ExperimentException {
    try {
      return Values.parse(text);
    } catch (ExperimentException wrong) {
      throw new ExperimentException("%s: %s".formatted(name, wrong.getMessage()));
    }
  }

  private static String name(String word) throws ExperimentException {
    int equals = word.indexOf('=');
    if (equals < 1) {
      throw new ExperimentException("'%s' is not NAME=VALUE".formatted(word));
    }
    return Parameters.named(word.substring(0, equals).strip()).name();
  }

  private static String value(String word) {
    return word.substring(word.indexOf('=') + 1).strip();
  }
}
