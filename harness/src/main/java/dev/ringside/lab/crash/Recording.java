package dev.ringside.lab.crash;

import dev.ringside.ext4.ShutdownMode;
import dev.ringside.lab.differ.Combination;
import dev.ringside.lab.differ.Interpreter;
import dev.ringside.lab.differ.Operation;
import dev.ringside.lab.differ.Step;
import dev.ringside.lab.differ.TreeListing;
import dev.ringside.lab.files.CallFailedException;
import dev.ringside.lab.files.Caller;
import dev.ringside.lab.files.FileCalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * A scenario that ran undisturbed.
 *
 * @param blank the disk before the scenario was prepared
 * @param events all that reached it, and where steps began and ended
 * @param first index of the first event behind the preparation: what is before is durable
 * @param moments what could be seen before the first step, and after each
 */
record Recording(DiskImage blank, List<DiskEvent> events, int first, List<Moment> moments) {
  /**
   * What can be seen at one time.
   *
   * @param mixed the content of the scenario's mixed file; empty when it has none
   */
  record Moment(SortedMap<String, String> tree, DiskEvent.Content mixed) {
    static Moment of(FileCalls calls, String mixed) throws CallFailedException {
      return new Moment(
          TreeListing.of(calls, false, false),
          new DiskEvent.Content(mixed.isEmpty() ? new byte[0] : content(calls, mixed)));
    }

    private static byte[] content(FileCalls calls, String path) throws CallFailedException {
      byte[] content = new byte[Math.toIntExact(calls.stat(path, true).size())];
      int handle = calls.open(path, 0, 0);
      try {
        calls.read(handle, content, 0);
        return content;
      } finally {
        calls.close(handle);
      }
    }
  }

  /** Runs a scenario on a blank filesystem: once to look at it, and once to record. */
  static Recording of(Scenario scenario, Ending ending, Combination combination, DiskImage blank)
      throws IOException {
    List<Moment> moments = rehearse(scenario, combination, blank);
    RecordingStorage storage = new RecordingStorage(blank.copy());
    GuestSide side = new GuestSide(storage, combination, scenario.discard());
    int first;
    try {
      Interpreter interpreter = new Interpreter(side);
      prepare(scenario, interpreter);
      first = storage.events().size();
      int number = 0;
      for (Act act : scenario.steps()) {
        storage.note(new DiskEvent.Begin(number));
        run(act, interpreter, side);
        storage.note(new DiskEvent.End(number, act.isPromise()));
        number++;
      }
      end(ending, interpreter, side);
      storage.note(new DiskEvent.End(number - 1, ending != Ending.SHUTDOWN_AT_ONCE));
    } catch (IOException | RuntimeException failure) {
      try {
        side.abandon();
      } catch (IllegalStateException closed) {
        failure.addSuppressed(closed);
      }
      throw failure;
    }
    return new Recording(blank, List.copyOf(storage.events()), first, moments);
  }

  private static void run(Act act, Interpreter interpreter, GuestSide side) throws IOException {
    switch (act) {
      case Act.Call(Operation operation) -> mustSucceed(interpreter, operation);
      case Act.OnMount onMount -> side.run(onMount);
    }
  }

  private static void end(Ending ending, Interpreter interpreter, GuestSide side)
      throws IOException {
    switch (ending) {
      case SYNC -> mustSucceed(interpreter, new Operation.Sync());
      case UNMOUNT -> {
        interpreter.closeAll();
        side.close();
        return;
      }
      case SHUTDOWN -> side.shutdown(ShutdownMode.DEFAULT);
      case SHUTDOWN_FLUSH_LOG -> side.shutdown(ShutdownMode.FLUSH_LOG);
      case SHUTDOWN_AT_ONCE -> side.shutdown(ShutdownMode.NO_LOG_FLUSH);
    }
    side.abandon();
  }

  private static List<Moment> rehearse(Scenario scenario, Combination combination, DiskImage blank)
      throws IOException {
    List<Moment> moments = new ArrayList<>();
    GuestSide side = new GuestSide(blank.copy(), combination, scenario.discard());
    try {
      Interpreter interpreter = new Interpreter(side);
      prepare(scenario, interpreter);
      moments.add(Moment.of(side.calls(), scenario.mixed()));
      for (Act act : scenario.steps()) {
        run(act, interpreter, side);
        moments.add(Moment.of(side.calls(), scenario.mixed()));
      }
    } finally {
      side.abandon();
    }
    return moments;
  }

  private static void prepare(Scenario scenario, Interpreter interpreter) throws IOException {
    for (Operation operation : scenario.prepare()) {
      mustSucceed(interpreter, operation);
    }
    mustSucceed(interpreter, new Operation.Sync());
  }

  private static void mustSucceed(Interpreter interpreter, Operation operation) throws IOException {
    String outcome = interpreter.run(new Step(0, Caller.ROOT, operation));
    if (!outcome.equals("done") && !outcome.matches("(wrote|removed) .*")) {
      throw new IOException(operation + ": " + outcome);
    }
  }

  /** The earliest moment that a crash behind the event may show. */
  int earliest(int cut) {
    int earliest = 0;
    for (int i = first; i <= cut; i++) {
      if (events.get(i) instanceof DiskEvent.End(int step, boolean durable) && durable) {
        earliest = step + 1;
      }
    }
    return earliest;
  }

  /** The latest moment that a crash behind the event may show. */
  int latest(int cut) {
    int latest = 0;
    for (int i = first; i <= cut; i++) {
      if (events.get(i) instanceof DiskEvent.Begin(int step)) {
        latest = step + 1;
      }
    }
    return latest;
  }
}
