package dev.ringside.lab.crash;

import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.journal.DataMode;
import dev.ringside.lab.crash.Judge.Recovered;
import dev.ringside.lab.crash.Recording.Moment;
import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All crash states of one scenario with one ending on one kind of filesystem. */
final class ScenarioSweep {
  private static final int KERNEL_EVERY = 10;
  private static final int FRAMES = 8;

  private final Scenario scenario;
  private final Recording recording;
  private final Judge judge;
  private final CrashSettings settings;
  private final RandomStreams streams;
  private final CrashTally tally;
  private final Set<Seen> seen = new HashSet<>();

  private int recoveriesLeft;

  /**
   * A sweep that has not begun.
   *
   * @param tally of its own; it names the streams of chance
   */
  ScenarioSweep(
      CrashTally tally,
      Scenario scenario,
      Recording recording,
      Judge judge,
      CrashSettings settings) {
    this.scenario = scenario;
    this.recording = recording;
    this.judge = judge;
    this.settings = settings;
    this.streams =
        new RandomStreams(new RandomStreams(settings.seed()).stream(tally.name()).nextLong());
    this.tally = tally;
    this.recoveriesLeft = settings.recoveries();
  }

  /** A disk, and the moments that it may show: judged once. */
  private record Seen(DiskImage.Fingerprint disk, int earliest, int latest) {}

  /** What is judged. */
  interface Wanted {
    boolean includes(int cut, int choice);
  }

  /** Judges the states that are wanted. */
  void run(Wanted wanted) throws IOException {
    CrashStates states =
        new CrashStates(recording.blank(), recording.events(), recording.first(), settings);
    for (int cut = recording.first(); cut < recording.events().size(); cut++) {
      states.cutBehind(cut);
      int choices = states.choices(cut);
      for (int choice = 0; choice < choices; choice++) {
        if (wanted.includes(cut, choice)) {
          judge(states.state(cut, choice, streams), cut, choice);
        }
      }
    }
  }

  private void judge(DiskImage crashed, int cut, int choice) throws IOException {
    tally.count();
    int earliest = recording.earliest(cut);
    int latest = Math.max(earliest, recording.latest(cut));
    if (!seen.add(new Seen(crashed.fingerprint(), earliest, latest))
        || tally.states() % settings.every() != 0) {
      return;
    }
    tally.countDistinct();
    String name = cut + "." + choice;
    // Nothing of content that goes through the journal is ever mixed.
    String mixed = judge.mode() == DataMode.JOURNAL ? "" : scenario.mixed();
    try {
      Recovered recovered = judge.recover(crashed, mixed);
      List<Moment> allowed = recording.moments().subList(earliest, latest + 1);
      check(name, judge.fsck(recovered.disk()));
      if (!isAllowed(allowed, recovered.moment(), mixed)) {
        check(
            name,
            "neither as before nor as after step %d to %d:%n      %s%n    or:%n      %s"
                .formatted(
                    earliest,
                    latest,
                    Moments.difference(
                        "expected", allowed.getFirst(), "recovered", recovered.moment()),
                    Moments.difference(
                        "expected", allowed.getLast(), "recovered", recovered.moment())));
      }
      askPeers(name, crashed, recovered, mixed);
      crashRecovery(name, crashed, recovered, mixed);
    } catch (IOException | RuntimeException inside) {
      check(name, "the recovery fails: " + describe(inside));
    }
  }

  private boolean isAllowed(List<Moment> allowed, Moment seen, String mixed) {
    return Moments.isOneOf(allowed, seen, mixed)
        || (judge.mode() == DataMode.WRITEBACK && Moments.isOneOfWithAnyContent(allowed, seen));
  }

  private static String describe(Throwable failure) {
    Throwable deepest = failure;
    StringBuilder text = new StringBuilder(failure.toString());
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
      text.append("\n      because of ").append(deepest);
    }
    StackTraceElement[] frames = deepest.getStackTrace();
    for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
      text.append("\n      at ").append(frames[i]);
    }
    return text.toString();
  }

  private void check(String state, String problem) {
    if (!problem.isEmpty()) {
      tally.bad(state, problem);
    }
  }

  private void askPeers(String name, DiskImage crashed, Recovered recovered, String mixed)
      throws IOException {
    int every = settings.peersEvery();
    if (every == 0 || tally.distinct() % every != 0 || !Judge.isForPeers(crashed)) {
      return;
    }
    tally.countPeer();
    check(name, judge.comparedWithFsck(crashed, recovered, mixed));
    if (settings.kernel() && tally.distinct() % (every * KERNEL_EVERY) == 0) {
      tally.countPeer();
      check(name, judge.comparedWithKernel(crashed, recovered, mixed));
    }
  }

  /** Cuts the recovery itself at every write, and recovers again: nothing else comes out. */
  private void crashRecovery(String name, DiskImage crashed, Recovered recovered, String mixed)
      throws IOException {
    if (recoveriesLeft == 0) {
      return;
    }
    List<DiskEvent> events = judge.recoveryOf(crashed);
    if (events.stream().noneMatch(DiskEvent.Write.class::isInstance)) {
      return;
    }
    recoveriesLeft--;
    CrashStates states = new CrashStates(crashed, events, 0, settings);
    Set<DiskImage.Fingerprint> tried = new HashSet<>();
    for (int cut = 0; cut < events.size(); cut++) {
      states.cutBehind(cut);
      for (int choice = 0; choice <= CrashStates.FIXED_CHOICES; choice++) {
        DiskImage again = states.state(cut, choice, streams);
        if (!tried.add(again.fingerprint())) {
          continue;
        }
        tally.countRecoveryState();
        recoverAgain(
            "%s, recovery crashed at %d.%d".formatted(name, cut, choice), again, recovered, mixed);
      }
    }
  }

  private void recoverAgain(String name, DiskImage crashed, Recovered first, String mixed)
      throws IOException {
    try {
      Recovered second = judge.recover(crashed, mixed);
      check(name, judge.fsck(second.disk()));
      check(
          name,
          Moments.difference(
              "recovered at once", first.moment(), "at the second time", second.moment()));
    } catch (Ext4Exception | RuntimeException inside) {
      check(name, "the second recovery fails: " + describe(inside));
    }
  }
}
