package dev.ringside.lab.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.EventType;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulatedRunTest {
  private static final String EVERY_KIND = "dev.ringside.lab.live.LiveFixture#everyKind";
  private static final int EVENTS = 600;

  @ParameterizedTest
  @MethodSource(EVERY_KIND)
  void comesToTheSameStateByStepsAndByReplay(String words) {
    LiveSettings settings = LiveFixture.settings(words);
    List<RunState> stepped = new ArrayList<>();
    try (SimulatedRun run = new SimulatedRun(settings)) {
      stepped.add(run.state());
      for (long event = 1; event <= EVENTS; event++) {
        run.advanceTo(event);
        stepped.add(run.state());
      }
    }
    assertThat(stepped).doesNotHaveDuplicates();
    for (int event = 0; event <= EVENTS; event += 37) {
      try (SimulatedRun replayed = new SimulatedRun(settings)) {
        replayed.advanceTo(event);
        assertThat(replayed.state()).isEqualTo(stepped.get(event));
      }
    }
  }

  @Test
  void goesAnotherWayWithAnotherSeed() {
    assertThat(stateAt(EVENTS, "seed=2").hash()).isNotEqualTo(stateAt(EVENTS, "").hash());
  }

  private static RunState stateAt(long event, String words) {
    try (SimulatedRun run = new SimulatedRun(LiveFixture.settings(words))) {
      run.advanceTo(event);
      return run.state();
    }
  }

  @ParameterizedTest
  @MethodSource(EVERY_KIND)
  void showsEveryRequestWhereTheRingHasIt(String words) {
    boolean inOrder = words.contains("in-order=on");
    try (SimulatedRun run = new SimulatedRun(LiveFixture.settings(words))) {
      for (long event = 1; event <= EVENTS; event++) {
        run.advanceTo(event);
        RunState state = run.state();
        assertThat(state.requests()).hasSize(state.inFlight());
        switch (state.ring()) {
          case RingSnapshot.Split ring -> checkSplit(state, ring, inOrder);
          case RingSnapshot.Packed ring -> checkPacked(state, ring, inOrder);
        }
      }
    }
  }

  private static void checkSplit(RunState state, RingSnapshot.Split ring, boolean inOrder) {
    for (RequestState request : state.requests()) {
      if (request.stage() == RequestStage.PUBLISHED) {
        assertThat(ring.available().get(request.place() % ring.size())).isEqualTo(request.head());
      }
      if (request.stage() == RequestStage.USED) {
        assertThat((ring.usedIdx() - request.usedPlace() - 1) & 0xffff).isLessThan(ring.size());
        // With IN_ORDER one entry stands for a batch.
        if (!inOrder) {
          assertThat(ring.used().get(request.usedPlace() % ring.size()).id())
              .isEqualTo(request.head());
        }
      }
    }
    assertThat(count(state, RequestStage.SUBMITTED))
        .isEqualTo((ring.driverNext() - ring.availIdx()) & 0xffff);
  }

  private static void checkPacked(RunState state, RingSnapshot.Packed ring, boolean inOrder) {
    for (RequestState request : state.requests()) {
      if (request.stage() == RequestStage.PUBLISHED) {
        int last = (request.place() + request.length() - 1) % ring.size();
        assertThat(ring.descriptors().get(last).link()).isEqualTo(request.head());
      }
      if (request.stage() == RequestStage.USED && !inOrder) {
        assertThat(ring.descriptors().get(request.usedPlace() % ring.size()).link())
            .isEqualTo(request.head());
      }
    }
    assertThat(
            state.requests().stream()
                .filter(request -> request.stage() == RequestStage.SUBMITTED)
                .mapToInt(RequestState::length)
                .sum())
        .isEqualTo(Math.floorMod(ring.driverNext() - ring.driverPublished(), 2 * ring.size()));
  }

  private static long count(RunState state, RequestStage stage) {
    return state.requests().stream().filter(request -> request.stage() == stage).count();
  }

  @ParameterizedTest
  @MethodSource(EVERY_KIND)
  void saysWhyANotificationWasSentOrNot(String words) {
    boolean eventIndex = !words.contains("event-idx=off");
    try (SimulatedRun run = new SimulatedRun(LiveFixture.settings(words))) {
      for (long event = 1; event <= EVENTS; event++) {
        run.advanceTo(event);
        checkReason(run.state().lastKick(), event, eventIndex);
        checkReason(run.state().lastInterrupt(), event, eventIndex);
      }
      assertThat(run.state().lastKick()).isNotNull();
    }
  }

  /** The specification's own rule must lead from the numbers that are shown to the outcome. */
  private static void checkReason(@Nullable Notice notice, long event, boolean eventIndex) {
    // An interrupt that was held back is raised for more than the last publication.
    if (notice == null || notice.event() != event || notice.outcome() == Notice.Outcome.HELD) {
      return;
    }
    boolean wanted =
        switch (notice.wish()) {
          case Wish.FromIndex(int index) ->
              SplitLayout.passesEvent(index, notice.to(), notice.from());
          case Wish.Always(boolean always) -> always;
          case Wish.Suppression(int flags, int offset, int wrap) ->
              PackedLayout.wantsEvent(
                  PackedLayout.event(flags, wrap << 15 | offset),
                  eventIndex,
                  notice.to(),
                  notice.from(),
                  notice.size());
        };
    if (notice.side() == Notice.Side.DRIVER || notice.outcome() == Notice.Outcome.SUPPRESSED) {
      assertThat(wanted)
          .as(notice.explanation())
          .isEqualTo(notice.outcome() == Notice.Outcome.SENT);
    }
  }

  @Test
  void explainsADecisionInWords() {
    assertThat(
            new Notice(
                    Notice.Side.DRIVER, 9, 12, 16, 0, new Wish.FromIndex(14), Notice.Outcome.SENT)
                .explanation())
        .isEqualTo(
            "The driver moved avail.idx from 12 to 16: new are entries 12 to 15. The device wants"
                + " to hear of entry 14 (avail_event), which is among them.");
    assertThat(
            new Notice(
                    Notice.Side.DEVICE,
                    9,
                    15,
                    16,
                    16,
                    new Wish.Suppression(1, 0, 0),
                    Notice.Outcome.SUPPRESSED)
                .explanation())
        .isEqualTo("The device made descriptor 15 used. The driver's structure says DISABLE.");
  }

  @Test
  void findsTheNextAndTheLastMoment() {
    try (SimulatedRun run = new SimulatedRun(LiveFixture.settings(""))) {
      assertThat(run.advanceUntil(Moment.KICK, EVENTS)).isTrue();
      long first = run.events();
      assertThat(run.state().recent().getLast().type()).isEqualTo(Moment.KICK.type());
      assertThat(run.lastBefore(Moment.KICK)).isZero();
      assertThat(run.advanceUntil(Moment.KICK, EVENTS)).isTrue();
      assertThat(run.lastBefore(Moment.KICK)).isEqualTo(first);
    }
  }

  @Test
  void givesUpWhatNeverHappens() {
    try (SimulatedRun run = new SimulatedRun(LiveFixture.settings("completion=spin"))) {
      assertThat(run.advanceUntil(Moment.INTERRUPT, EVENTS)).isFalse();
      assertThat(run.events()).isEqualTo(EVENTS);
    }
  }

  @Test
  void countsWhatTheEventsSay() {
    RunState state = stateAt(20_000, "refill=all batch=every:4");
    Counters counters = state.counters();
    assertThat(counters.submitted()).isEqualTo(counters.completed() + state.inFlight());
    assertThat(counters.kicks() + counters.suppressedKicks()).isEqualTo(counters.publications());
    assertThat(state.latency().count()).isEqualTo(counters.completed());
    assertThat(state.latency().p99Ns()).isGreaterThanOrEqualTo(state.latency().p50Ns());
    assertThat(state.samples()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plug:32", "plug:4"})
  void showsMergedRequestsAsOne(String batch) {
    RunState state = stateAt(EVENTS, "reads=100 refill=all pattern=sequential batch=" + batch);
    assertThat(state.recent())
        .filteredOn(line -> line.type() == EventType.MERGE)
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.words()).contains("adjacent requests into request"));
    assertThat(state.counters().kicks() + state.counters().suppressedKicks())
        .isEqualTo(state.counters().publications());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                 | any every 40: stuck
          ring=packed                        | any every 40: stuck
          batch=plug:8 pattern=sequential    | read every 9: stuck
          indirect=off queue-size=32         | any every 30: duplicate-used
          ring=packed in-order=on            | any every 50: wrong-used-id 9999
          ''                                 | interrupt every 5: lost-interrupt
          ''                                 | kick every 5: lost-kick
          ''                                 | read every 7: io-error
          """)
  void followsADriverThatBeginsAgain(String words, String faults) {
    LiveSettings settings = LiveFixture.faulty(words, faults);
    RunState last;
    try (SimulatedRun run = new SimulatedRun(settings)) {
      for (long event = 1; event <= 4 * EVENTS; event++) {
        run.advanceTo(event);
        RunState state = run.state();
        assertThat(state.requests()).hasSize(state.inFlight());
        assertThat(state.inFlight()).isLessThanOrEqualTo(settings.count(LiveSetting.QUEUE_DEPTH));
      }
      last = run.state();
    }
    Counters counters = last.counters();
    assertThat(counters.submitted())
        .isEqualTo(counters.completed() + counters.withdrawn() + last.inFlight());
    assertThat(counters.completed()).isGreaterThan(100);
    boolean resets = !faults.contains("lost") && !faults.contains("error");
    assertThat(counters.withdrawn() > 0).isEqualTo(resets);
    try (SimulatedRun replayed = new SimulatedRun(settings)) {
      replayed.advanceTo(4 * EVENTS);
      assertThat(replayed.state()).isEqualTo(last);
    }
  }

  @Test
  void announcesWhatAPolicyHoldsBack() {
    Counters each = stateAt(20_000, "batch=each").counters();
    Counters held = stateAt(20_000, "batch=count-or-time:4,1000000").counters();
    assertThat((double) held.publications() / held.submitted())
        .isLessThan(0.5 * each.publications() / each.submitted());
  }
}
