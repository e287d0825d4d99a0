package dev.ringside.lab.study;

import dev.ringside.machine.RandomStreams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The runs of an experiment, each checked before the first one starts.
 *
 * @param runs in the order of their numbers
 */
record StudyPlan(Experiment experiment, List<Run> runs) {
  /** More would be a mistake: tables and reports hold every point. */
  private static final int MOST_POINTS = 100_000;

  /** A point and what it takes to run it. */
  record Run(StudyPoint point, RunSettings settings) {}

  StudyPlan {
    runs = List.copyOf(runs);
  }

  /**
   * Makes the runs.
   *
   * @throws ExperimentException when a setting of one contradicts another
   */
  static StudyPlan of(Experiment experiment) throws ExperimentException {
    List<SequencedMap<String, String>> combinations = new ArrayList<>();
    combinations.add(new LinkedHashMap<>());
    for (Map.Entry<String, List<String>> varied : experiment.varied().entrySet()) {
      long size = (long) combinations.size() * varied.getValue().size();
      if (size * experiment.repetitions() > MOST_POINTS) {
        throw new ExperimentException(
            "more than %d points; vary less, or over fewer values".formatted(MOST_POINTS));
      }
      List<SequencedMap<String, String>> longer = new ArrayList<>();
      for (SequencedMap<String, String> combination : combinations) {
        for (String value : varied.getValue()) {
          SequencedMap<String, String> one = new LinkedHashMap<>(combination);
          one.put(varied.getKey(), value);
          longer.add(one);
        }
      }
      combinations = longer;
    }
    List<Run> runs = new ArrayList<>();
    for (SequencedMap<String, String> combination : combinations) {
      RunSettings settings = settings(experiment, combination);
      for (int repetition = 0; repetition < experiment.repetitions(); repetition++) {
        StudyPoint point =
            new StudyPoint(
                runs.size(), combination, repetition, seed(experiment.seed(), repetition));
        runs.add(new Run(point, settings));
      }
    }
    return new StudyPlan(experiment, runs);
  }

  private static RunSettings settings(
      Experiment experiment, SequencedMap<String, String> combination) throws ExperimentException {
    Map<String, String> values = new LinkedHashMap<>(experiment.fixed());
    values.putAll(combination);
    try {
      return RunSettings.of(values);
    } catch (ExperimentException contradiction) {
      StringBuilder where = new StringBuilder();
      combination.forEach(
          (name, value) ->
              where.append(where.isEmpty() ? " at " : " ").append(name).append('=').append(value));
      throw new ExperimentException(contradiction.getMessage() + where);
    }
  }

  /** All points of a repetition share it, so that they differ by their parameters alone. */
  private static long seed(long seed, int repetition) {
    return new RandomStreams(seed).stream("repetition-" + repetition).nextLong();
  }

  /** Requests of all runs, where that is known before. */
  long requests() {
    return runs.stream().mapToLong(run -> run.settings().workload().requests()).sum();
  }
}
