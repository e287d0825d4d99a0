package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The batched loops of a Linux guest on QEMU kick as often as ours, and for the same reasons. */
class QemuSweepTest {
  private static StudyResult result = blank();

  private static StudyResult blank() {
    return new StudyResult(ExperimentWords.blank("blank"), List.of(), List.of());
  }

  @BeforeAll
  static void run() throws IOException, ExperimentException {
    result = StudyRunner.of(BuiltInExperiments.named("qemu-sweep").orElseThrow()).run(point -> {});
  }

  private static double measured(String eventIndex, int depth) {
    Map<String, String> values =
        Map.of(
            "event-idx",
            eventIndex,
            "loop",
            "batch",
            "batch",
            "plug:32",
            "queue-depth",
            Integer.toString(depth));
    return result.points().stream()
        .filter(point -> point.point().values().equals(values))
        .findFirst()
        .orElseThrow()
        .metric(Metric.KICKS_PER_REQUEST);
  }

  private static double recorded(String eventIndex, int depth) {
    return result.references().stream()
        .filter(reference -> reference.metric() == Metric.KICKS_PER_REQUEST)
        .filter(reference -> eventIndex.equals(reference.at().get("event-idx")))
        .filter(reference -> "batch".equals(reference.at().get("loop")))
        .findFirst()
        .orElseThrow()
        .values()
        .getOrDefault(Integer.toString(depth), Double.NaN);
  }

  @ParameterizedTest
  @CsvSource({"on,4", "on,8", "on,16", "on,32", "off,4", "off,8", "off,16", "off,32"})
  void aBatchIsKickedOnceHereAndThere(String eventIndex, int depth) {
    assertThat(recorded(eventIndex, depth)).isEqualTo(1.0 / depth);
    assertThat(measured(eventIndex, depth)).isEqualTo(1.0 / depth);
  }

  @ParameterizedTest
  @CsvSource({"on", "off"})
  void thePlugLimitIsSeenAtDepthSixtyFour(String eventIndex) {
    // 4,000 requests are 62 batches of 64 and one of 32: two kicks each, and one.
    assertThat(measured(eventIndex, 64)).isEqualTo(125.0 / 4000);
    assertThat(recorded(eventIndex, 64)).isCloseTo(1.0 / 35.5, within(0.001));
  }

  @Test
  void everyPointObeysTheLaws() {
    assertThat(result.points()).hasSize(56).allMatch(PointResult::obeysAllLaws);
  }
}
