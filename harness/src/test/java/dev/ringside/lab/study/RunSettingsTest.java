package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunSettingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          queue-depth=512                            | queue-depth 512 is too much
          queue-depth=100 indirect=off               | holds 85 requests with indirect=off
          batch=every:300                            | batch of 300 is too much
          queue-size=100                             | a split ring takes a power of two
          queue-size=2 indirect=off                  | holds no request
          transport=mmio-legacy ring=packed          | mmio-legacy has neither
          transport=mmio-legacy in-order=on          | mmio-legacy has neither
          worker-mapping=0,1 workers=2               | worker-mapping must name
          worker-mapping=3 workers=2                 | worker-mapping must name
          arrival=poisson:5 think-ns=5               | think-ns says nothing
          arrival=ext4:x queues=2                    | arrival=ext4 needs queues=1
          arrival=trace:x queues=2                   | arrival=trace needs queues=1
          break=device-second-look                   | needs timeout-ns
          faults=read:lost-kick                      | faults:
          disk=1024 size=4096                        | is smaller than a request
          """)
  void refusesWhatContradictsItself(String words, String problem) {
    assertThatExceptionOfType(ExperimentException.class)
        .isThrownBy(() -> plan(words))
        .withMessageContaining(problem)
        .withMessageNotContaining("\n");
  }

  @Test
  void namesThePointThatContradictsItself() {
    assertThatExceptionOfType(ExperimentException.class)
        .isThrownBy(() -> plan("", "queue-depth=1,1024"))
        .withMessageContaining("at queue-depth=1024");
  }

  @Test
  void givesEachPointItsValuesInTheOrderOfTheExperiment() throws ExperimentException {
    StudyPlan plan = plan("requests=5", "queue-depth=1,2", "size=512,1024");
    assertThat(plan.runs())
        .extracting(run -> run.point().title())
        .containsExactly(
            "queue-depth=1 size=512",
            "queue-depth=1 size=1024",
            "queue-depth=2 size=512",
            "queue-depth=2 size=1024");
    assertThat(plan.runs().get(3).settings().workload().size()).isEqualTo(1024);
  }

  @Test
  void sharesASeedBetweenPointsButNotBetweenRepetitions() throws ExperimentException {
    Experiment experiment =
        ExperimentWords.changed(
            ExperimentWords.blank("x"), List.of(), List.of("size=512,1024"), 1L, 2);
    List<StudyPlan.Run> runs = StudyPlan.of(experiment).runs();
    assertThat(runs.get(0).point().seed()).isEqualTo(runs.get(2).point().seed());
    assertThat(runs.get(0).point().seed()).isNotEqualTo(runs.get(1).point().seed());
  }

  private static StudyPlan plan(String fixed, String... varied) throws ExperimentException {
    List<String> words = fixed.isEmpty() ? List.of() : List.of(fixed.split(" "));
    return StudyPlan.of(
        ExperimentReader.checked(
            ExperimentWords.changed(
                ExperimentWords.blank("x"), words, List.of(varied), null, null)));
  }
}
