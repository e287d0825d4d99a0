package dev.ringside.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RunHash;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.SimulatedScheduler;
import dev.ringside.machine.Task;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultsTest {
  private static final Scheduler SCHEDULER = new RealScheduler();

  private static Faults faults(String... lines) throws FaultPlanException {
    return faults(SCHEDULER, EventLog.OFF, lines);
  }

  private static Faults faults(Scheduler scheduler, EventLog log, String... lines)
      throws FaultPlanException {
    FaultPlan plan = FaultPlan.parse(String.join("\n", lines));
    return new Faults(plan, new RandomStreams(7), scheduler, log);
  }

  private static boolean readFails(Faults faults, long first, long last) {
    return !faults.onStorage(FaultOperation.READ, new SectorRange(first, last)).isEmpty();
  }

  /** Which of so many reads of sector 0, counted from 1, fail. */
  private static List<Integer> failingReads(Faults faults, int count) {
    return IntStream.rangeClosed(1, count).filter(i -> readFails(faults, 0, 0)).boxed().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "'', '1,2,3,4,5,6,7,8'",
    "once, 1",
    "nth 3, 3",
    "every 3, '3,6'",
    "nth 3 sticky, '3,4,5,6,7,8'",
    "every 3 once, 3",
    "every 5 sticky, '5,6,7,8'",
    "probability 0, ''",
    "probability 1, '1,2,3,4,5,6,7,8'"
  })
  void firesWhenItsOccurrenceAndRepetitionSaySo(String when, String expected) throws Exception {
    String repetition = when.replaceAll("^(nth \\d|every \\d|probability \\d)? ?", "");
    String occurrence = when.substring(0, when.length() - repetition.length());
    Faults faults = faults("read " + occurrence + ": io-error " + repetition);

    List<Integer> failing = failingReads(faults, 8);

    assertThat(failing.stream().map(String::valueOf).toList())
        .isEqualTo(
            expected == null || expected.isEmpty() ? List.of() : List.of(expected.split(",")));
    assertThat(faults.report())
        .containsExactly(new FaultCount(1, faults.plan().rules().getFirst(), 8, failing.size()));
  }

  @Test
  void selectsByOperationAndSectors() throws Exception {
    Faults faults = faults("read sectors 10-19: io-error");

    assertThat(readFails(faults, 0, 9)).isFalse();
    assertThat(readFails(faults, 0, 10)).isTrue();
    assertThat(readFails(faults, 19, 30)).isTrue();
    assertThat(readFails(faults, 20, 30)).isFalse();
    assertThat(faults.onStorage(FaultOperation.WRITE, new SectorRange(10, 10))).isEmpty();
    assertThat(faults.report().getFirst().matched()).isEqualTo(2);
  }

  @Test
  void namesTheSectorsThatBothRequestAndRuleHave() throws Exception {
    Faults faults = faults("read sectors 10-19: latent-error");

    assertThat(faults.onStorage(FaultOperation.READ, new SectorRange(15, 40)))
        .extracting(Firing::sectors)
        .containsExactly(new SectorRange(15, 19));
  }

  @Test
  void aFlushTouchesNoSectorThatARuleSelects() throws Exception {
    Faults faults = faults("any sectors 0-99: io-error", "flush: io-error");

    assertThat(faults.onStorage(FaultOperation.FLUSH, null)).hasSize(1);
    assertThat(faults.report()).extracting(FaultCount::matched).containsExactly(0L, 1L);
  }

  @Test
  void selectsByQueueAndTag() throws Exception {
    Faults faults = faults("read queue 1 tag 5: stuck", "interrupt queue 1: lost-interrupt");
    SectorRange sector = new SectorRange(0, 0);

    assertThat(faults.onRequest(FaultOperation.READ, sector, 0, 5)).isEmpty();
    assertThat(faults.onRequest(FaultOperation.READ, sector, 1, 4)).isEmpty();
    assertThat(faults.onRequest(FaultOperation.READ, sector, 1, 5)).hasSize(1);
    assertThat(faults.onInterrupt(0)).isEmpty();
    assertThat(faults.onInterrupt(1)).hasSize(1);
  }

  @Test
  void knowsWhoseRequestReachesTheStorage() throws Exception {
    Faults faults = faults("read tag 5: io-error");

    assertThat(readFails(faults, 0, 0)).isFalse();
    faults.serve(0, 4);
    assertThat(readFails(faults, 0, 0)).isFalse();
    faults.serve(0, 5);
    assertThat(readFails(faults, 0, 0)).isTrue();
  }

  @Test
  void waitsForItsTime() {
    SimulatedScheduler scheduler = new SimulatedScheduler(new RandomStreams(1), new RunHash());
    scheduler.run(
        () -> {
          try {
            scheduler.sleep(100);
            Faults faults = faults(scheduler, EventLog.OFF, "read after 5us nth 1: io-error");
            assertThat(readFails(faults, 0, 0)).isFalse();
            scheduler.sleep(4_999);
            assertThat(readFails(faults, 0, 0)).isFalse();
            scheduler.sleep(1);
            assertThat(readFails(faults, 0, 0)).isTrue();
          } catch (FaultPlanException impossible) {
            throw new AssertionError(impossible);
          }
        });
  }

  @Test
  void anotherRuleDoesNotShiftWhatOneDraws() throws Exception {
    String rule = "read probability 0.3: io-error";
    List<Integer> alone = failingReads(faults(rule), 200);
    Faults both = faults("read probability 0.3 : delay 1us", rule);

    List<Integer> beside =
        IntStream.rangeClosed(1, 200)
            .filter(
                i ->
                    both.onStorage(FaultOperation.READ, new SectorRange(0, 0)).stream()
                        .anyMatch(firing -> firing.effect() instanceof StorageEffect.IoError))
            .boxed()
            .toList();

    assertThat(alone).hasSizeBetween(30, 90);
    assertThat(beside).isEqualTo(alone);
    assertThat(both.report().getFirst().fired()).isNotEqualTo(0);
  }

  @ParameterizedTest
  @CsvSource({"'',true", "stream s,false"})
  void rulesDrawDifferentNumbersUnlessTheyNameOneStream(String stream, boolean different)
      throws Exception {
    String rule = "read probability 0.5 " + stream + ": io-error";
    Faults faults = faults(rule, rule);

    List<Integer> firings =
        IntStream.range(0, 64)
            .mapToObj(i -> faults.onStorage(FaultOperation.READ, new SectorRange(0, 0)).size())
            .toList();

    assertThat(firings).contains(0, 2);
    assertThat(firings.contains(1)).isEqualTo(different);
  }

  @Test
  void notesEveryFault() throws Exception {
    try (EventLog log = EventLog.recording(SCHEDULER.clock())) {
      Faults faults = faults(SCHEDULER, log, "flush: lost-flush", "read every 2: io-error");
      failingReads(faults, 4);

      assertThat(log.events())
          .extracting(EventLog.Event::type, EventLog.Event::first, EventLog.Event::second)
          .containsExactly(tuple(EventType.FAULT, 2L, 1L), tuple(EventType.FAULT, 2L, 2L));
    }
  }

  @Test
  void losesNoCountWhenSeveralTasksAsk() throws Exception {
    Faults faults = faults("read every 10: io-error", "read nth 1234: delay 1us");
    long perTask = 20_000;
    List<Task> tasks =
        IntStream.range(0, 4)
            .mapToObj(
                number ->
                    SCHEDULER.start(
                        "reader-" + number,
                        () -> LongStream.range(0, perTask).forEach(i -> readFails(faults, i, i))))
            .toList();
    tasks.forEach(Task::join);

    assertThat(faults.report()).extracting(FaultCount::matched).containsOnly(4 * perTask);
    assertThat(faults.report()).extracting(FaultCount::fired).containsExactly(4 * perTask / 10, 1L);
  }
}
