package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

final class ExperimentReaderTest {
  static final List<String> BUILT_IN = BuiltInExperiments.NAMES;

  @Test
  void readsEverythingThatAnExperimentSays() throws ExperimentException {
    Experiment experiment =
        ExperimentReader.read(
            "depths",
            """
            title = "Depths"
            question = "How deep?"
            look-for = ["the knee", "the line"]
            seed = 7
            repetitions = 3
            [fixed]
            indirect = false
            requests = 100
            [vary]
            queue-depth = "1..8 x2"
            coalesce = ["off", "8,50000"]
            event-idx = [true, false]
            [[plots]]
            kind = "lines"
            x = "queue-depth"
            series = "event-idx"
            metrics = ["kicks_per_request"]
            note = "falls"
            """);
    assertThat(experiment.title()).isEqualTo("Depths");
    assertThat(experiment.question()).isEqualTo("How deep?");
    assertThat(experiment.lookFor()).containsExactly("the knee", "the line");
    assertThat(experiment.seed()).isEqualTo(7);
    assertThat(experiment.repetitions()).isEqualTo(3);
    assertThat(experiment.fixed())
        .containsEntry("indirect", "off")
        .containsEntry("requests", "100");
    assertThat(experiment.varied())
        .containsEntry("queue-depth", List.of("1", "2", "4", "8"))
        .containsEntry("coalesce", List.of("off", "8,50000"))
        .containsEntry("event-idx", List.of("on", "off"));
    assertThat(experiment.plots())
        .containsExactly(
            new PlotSpec(
                PlotKind.LINES,
                "lines",
                "queue-depth",
                null,
                "event-idx",
                List.of(Metric.KICKS_PER_REQUEST),
                "falls"));
  }

  @Test
  void drawsSomethingOfAnExperimentThatAsksForNothing() throws ExperimentException {
    Experiment experiment = ExperimentReader.read("x", "[vary]\nqueue-depth = [1, 2]\n");
    assertThat(experiment.plots()).isNotEmpty().allMatch(plot -> "queue-depth".equals(plot.x()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          title = "a                                       | line 1
          titel = "a"                                      | no 'titel'; did you mean 'title'?
          seed = "a"                                       | seed must be a whole number
          repetitions = 0                                  | repetitions must be 1 to 10000
          [fixed]/queue-dept = 1                           | did you mean 'queue-depth'?
          [fixed]/xyzzy = 1                                | no parameter is called 'xyzzy'
          [fixed]/queue-depth = "many"                     | queue-depth: 'many' is no whole number
          [fixed]/queue-depth = [1]                        | queue-depth must be a single value
          [fixed]/batch = "sometimes"                      | batch: 'sometimes' is not
          [fixed]/arrival = "poisson:0"                    | arrival: 'poisson:0' is not closed, poisson
          [fixed]/mix = 2                                  | mix: '2' is not a share of 0 to 1
          [fixed]/size = 100                               | size: '100' is not a number of 512
          [fixed]/size = 1000                              | size: '1000' is not a multiple of 512
          [fixed]/costs = "free"                           | costs: 'free'
          [fixed]/faults = "nonsense"                      | faults:
          [fixed]/break = "all"                            | break: 'all' is none of none, device
          [vary]/queue-depth = []                          | queue-depth: has no values
          [vary]/queue-depth = "8..1"                      | queue-depth: the range '8..1' is empty
          [fixed]/size = 512/[vary]/size = [512, 1024]     | size is both fixed and varied
          [[plots]]/kind = "pie"                           | no plot is of kind 'pie'
          [[plots]]/kind = "lines"/colour = "red"          | a plot has no 'colour'
          [[plots]]/kind = "lines"/x = "size"              | x = size, which is not varied
          [[plots]]/kind = "lines"/metrics = ["latency"]   | no metric is called 'latency'
          [[plots]]/kind = "lines"/only = { size = "512" } | only size = 512, which no point has
          [[recorded]]/name = "QEMU"                       | a recording needs a file
          [[recorded]]/file = "x"                          | needs at = { loop = ... }
          [[recorded]]/file = "x"/at = { loop = "batch" }  | needs loop to be varied
          """)
  void saysInOneLineWhatIsWrong(String text, String problem) {
    assertThatExceptionOfType(ExperimentException.class)
        .isThrownBy(() -> ExperimentReader.read("x", text.replaceAll("/(?![0-9])", "\n")))
        .withMessageContaining(problem)
        .withMessageNotContaining("\n");
  }

  @ParameterizedTest
  @FieldSource("BUILT_IN")
  void readsTheExercises(String name) throws ExperimentException {
    Experiment experiment = BuiltInExperiments.named(name).orElseThrow();
    assertThat(experiment.name()).isEqualTo(name);
    assertThat(experiment.title()).isNotEmpty().isNotEqualTo(name);
    assertThat(experiment.question()).isNotEmpty();
    assertThat(experiment.lookFor()).isNotEmpty();
    assertThat(experiment.plots()).isNotEmpty();
    assertThat(StudyPlan.of(experiment).runs()).hasSizeGreaterThan(1);
    if (BuiltInExperiments.EXERCISES.contains(name)) {
      assertThat(BuiltInExperiments.named(name.substring(3))).contains(experiment);
    }
  }
}
