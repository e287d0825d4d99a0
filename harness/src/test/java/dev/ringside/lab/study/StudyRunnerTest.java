package dev.ringside.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StudyRunnerTest {
  private static StudyResult run(String fixed, String... varied)
      throws ExperimentException, IOException {
    return run(1L, fixed, varied);
  }

  private static StudyResult run(long seed, String fixed, String... varied)
      throws ExperimentException, IOException {
    Experiment experiment =
        ExperimentWords.changed(
            ExperimentWords.blank("test"), List.of(fixed.split(" ")), List.of(varied), seed, null);
    return StudyRunner.of(experiment).run(StudyProgress.NONE);
  }

  private static PointResult point(String fixed) throws ExperimentException, IOException {
    return run(fixed).points().getFirst();
  }

  private static List<String> laws(PointResult point) {
    return point.checks().stream().map(Check::law).toList();
  }

  /** Every seed is another machine and workload. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void littlesLawHoldsWhateverTheConfiguration(long seed) throws ExperimentException, IOException {
    RandomGenerator random = new RandomStreams(seed).stream("configuration");
    String arrival = pick(random, "closed", "closed", "poisson:20000", "poisson:500000");
    String words =
        "requests=500 arrival=%s loop=%s queue-depth=%s batch=%s completion=%s wait=%s workers=%s"
                .formatted(
                    arrival,
                    pick(random, "batch", "free"),
                    pick(random, "1", "3", "16", "64"),
                    pick(random, "each", "every:4", "last"),
                    pick(random, "interrupt", "spin"),
                    pick(random, "sleep", "poll", "adaptive"),
                    pick(random, "0", "1", "4"))
            + " ring=%s in-order=%s indirect=%s event-idx=%s queues=%s coalesce=%s mix=%s"
                .formatted(
                    pick(random, "split", "packed"),
                    pick(random, "on", "off"),
                    pick(random, "on", "off"),
                    pick(random, "on", "off"),
                    pick(random, "1", "2", "3"),
                    pick(random, "off", "4,20000"),
                    pick(random, "0", "0.5", "1"))
            + " costs=kvm service=exponential:20us";
    PointResult point = run(seed, words).points().getFirst();
    assertThat(laws(point)).as(words).contains("Little's law");
    assertThat(point.checks()).as(words).allMatch(Check::holds);
    assertThat(point.metric(Metric.REQUESTS)).as(words).isEqualTo(500);
    assertThat(point.latency().values())
        .as(words)
        .allMatch(histogram -> histogram.getTotalCount() == 500);
  }

  private static String pick(RandomGenerator random, String... words) {
    return words[random.nextInt(words.length)];
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws ExperimentException, IOException {
    String words = "requests=300 workers=3 costs=kvm service=exponential:20us loop=free mix=0.5";
    String first = csv(run(7, words, "queue-depth=1,8", "arrival=closed;poisson:30000"));
    assertThat(csv(run(7, words, "queue-depth=1,8", "arrival=closed;poisson:30000")))
        .isEqualTo(first);
    assertThat(csv(run(8, words, "queue-depth=1,8", "arrival=closed;poisson:30000")))
        .isNotEqualTo(first);
  }

  private static String csv(StudyResult result) throws IOException {
    StringWriter text = new StringWriter();
    new StudyTable(result).writeCsv(text);
    return text.toString();
  }

  @Test
  void aLoopOfBatchesKicksOncePerBatch() throws ExperimentException, IOException {
    StudyResult result =
        run("requests=600 workers=2 service=constant:20us costs=kvm", "queue-depth=4,7,8,16,32");
    for (PointResult point : result.points()) {
      assertThat(laws(point)).contains("kicks per request = 1/N");
      assertThat(point.obeysAllLaws()).isTrue();
    }
    assertThat(result.points().getLast().metric(Metric.KICKS_PER_REQUEST))
        .isCloseTo(19.0 / 600, within(1e-12));
  }

  @Test
  void oneByOneAThousandBlocksTakeHalfASecondAndInThirtyTwoSlotsSixteenMilliseconds()
      throws ExperimentException, IOException {
    StudyResult result =
        run("requests=1024 mix=0 pattern=sequential costs=kevlar", "queue-depth=1,32");
    assertThat(result.points().get(0).metric(Metric.ELAPSED)).isEqualTo(512e6);
    assertThat(result.points().get(1).metric(Metric.ELAPSED)).isEqualTo(16e6);
  }

  @Test
  void findsTheHalfPointOfAmortisationInThePoints() throws ExperimentException, IOException {
    StudyResult result =
        run(
            "requests=1024 kick-ns=36000 interrupt-ns=4000 service=constant:5us",
            "queue-depth=1..64x2");
    assertThat(result.checks())
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.expected()).isEqualTo(8);
              assertThat(check.holds()).isTrue();
            });
  }

  @Test
  void coalescingAddsHalfABatchOfGaps() throws ExperimentException, IOException {
    PointResult point =
        point("arrival=poisson:10000 requests=8000 service=constant:1us coalesce=8,100000000");
    assertThat(laws(point)).contains("coalescing adds (B-1)/2 gaps");
    assertThat(point.obeysAllLaws()).isTrue();
  }

  @Test
  void aDirectChainTakesADescriptorForEachPart() throws ExperimentException, IOException {
    StudyResult result = run("requests=10", "indirect=on,off");
    assertThat(result.points())
        .extracting(point -> point.metric(Metric.DESCRIPTORS_PER_REQUEST))
        .containsExactly(1.0, 3.0);
  }

  @Test
  void thinkTimeLimitsAClosedLoop() throws ExperimentException, IOException {
    for (String loop : List.of("batch", "free")) {
      PointResult point = point("requests=100 think-ns=90000 service=constant:10us loop=" + loop);
      assertThat(point.metric(Metric.THROUGHPUT)).isCloseTo(10_000, within(150.0));
      assertThat(point.metric(Metric.LATENCY_MEAN)).isEqualTo(10_000);
    }
  }

  @Test
  void aTraceIsReplayedAtItsOwnPaceOrAtOnce() throws ExperimentException, IOException {
    StudyResult result =
        run("arrival=trace:images/traces/w2 workers=2 costs=kvm", "timing=asap,recorded");
    double atOnce = result.points().get(0).metric(Metric.ELAPSED);
    double recorded = result.points().get(1).metric(Metric.ELAPSED);
    assertThat(recorded).isGreaterThan(100 * atOnce);
    assertThat(result.points().get(0).metric(Metric.REQUESTS))
        .isEqualTo(result.points().get(1).metric(Metric.REQUESTS))
        .isGreaterThan(500);
  }

  @Test
  void ext4ReadsItsTreeThroughTheDriver() throws ExperimentException, IOException {
    PointResult point = point("arrival=ext4:images/fixtures/ext4-4k.img.gz costs=kvm workers=2");
    assertThat(point.metric(Metric.REQUESTS)).isGreaterThan(10);
    assertThat(point.metric(Metric.FAILED)).isZero();
    assertThat(point.obeysAllLaws()).isTrue();
  }

  @Test
  void measuresAtFullSpeedToo() throws ExperimentException, IOException {
    PointResult point = point("mode=real requests=2000 queue-depth=8 workers=1");
    assertThat(point.metric(Metric.REQUESTS)).isEqualTo(2000);
    assertThat(laws(point)).containsExactly("Little's law");
    assertThat(point.obeysAllLaws()).isTrue();
    assertThat(point.runHash()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"device-second-look", "driver-second-look"})
  void aBrokenRuleLosesWakeUpsAndNoRequest(String rule) throws ExperimentException, IOException {
    String words =
        "requests=2000 loop=free queue-depth=1 service=exponential:10us costs=kvm"
            + " timeout-ns=10000000";
    PointResult whole = point(words);
    PointResult broken = point(words + " break=" + rule);
    assertThat(whole.metric(Metric.LOST_WAKEUPS)).isZero();
    assertThat(broken.metric(Metric.LOST_WAKEUPS)).isPositive();
    assertThat(broken.metric(Metric.REQUESTS)).isEqualTo(2000);
    assertThat(broken.metric(Metric.FAILED)).isZero();
    assertThat(broken.metric(Metric.LATENCY_MAX))
        .isGreaterThan(10 * whole.metric(Metric.LATENCY_MAX));
    assertThat(broken.obeysAllLaws()).isTrue();
  }

  @Test
  void aRunThatCannotEndNamesItsPoint() {
    assertThatExceptionOfType(RunFailedException.class)
        .isThrownBy(
            () -> run("requests=100 timeout-ns=1000 service=constant:1ms", "size=512,1024"))
        .withMessageContaining("point 0, size=512");
  }

  @Test
  void tellsOfEachPointAsItEnds() throws ExperimentException, IOException {
    List<Integer> ended = new ArrayList<>();
    Experiment experiment =
        ExperimentWords.changed(
            ExperimentWords.blank("test"),
            List.of("requests=10"),
            List.of("queue-depth=1..9"),
            null,
            null);
    StudyResult result = StudyRunner.of(experiment).run(point -> ended.add(point.point().number()));
    assertThat(ended).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(result.points())
        .extracting(point -> point.point().number())
        .containsExactlyElementsOf(Stream.iterate(0, i -> i < 9, i -> i + 1).toList());
  }
}
