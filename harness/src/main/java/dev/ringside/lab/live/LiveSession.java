package dev.ringside.lab.live;

import dev.ringside.lab.live.Frame.Phase;
import dev.ringside.machine.Clock;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run at a time, the commands that it obeys, and a {@link Frame} whenever there is something
 * new to see: at most {@value #FRAMES_PER_SECOND} a second. Commands come from any thread; a task
 * of its own does everything else.
 */
public final class LiveSession implements AutoCloseable {
  private static final int FRAMES_PER_SECOND = 20;
  private static final long FRAME_NS = 1_000_000_000L / FRAMES_PER_SECOND;

  /** Events between two looks at the commands and the clock. */
  private static final long SLICE = 20_000;

  /** How far a moment is looked for. */
  private static final long SEARCH_LIMIT = 1_000_000;

  private final Scheduler scheduler;
  private final Clock clock;
  private final Consumer<Frame> audience;
  private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
  private final Signal signal = new Signal();
  private final Task task;
  private volatile boolean closing;
  private volatile @Nullable Frame latest;

  // The task's own from here on.
  private LiveSettings settings;
  private long eventsPerSecond;
  private int run;
  private Phase phase = Phase.STOPPED;
  private String note = "";
  private @Nullable SimulatedRun simulated;
  private @Nullable RealRun real;
  private @Nullable RunState shown;

  /** The event to go to while {@link Phase#SEEKING}. */
  private long target;

  /** What is looked for on the way to {@link #target}, if anything. */
  private @Nullable Moment sought;

  private long paceBase;
  private long paceStart;

  /**
   * Starts a session with a run that stands at its start.
   *
   * @param scheduler of the machine's own time
   * @param audience gets every frame, on the session's task; must not block
   */
  public LiveSession(
      LiveSettings settings, long eventsPerSecond, Scheduler scheduler, Consumer<Frame> audience) {
    this.settings = settings;
    this.eventsPerSecond = eventsPerSecond;
    this.scheduler = scheduler;
    this.clock = scheduler.clock();
    this.audience = audience;
    this.task = scheduler.start("live", this::serve);
  }

  /** Asks for something; returns at once. */
  public void obey(Command command) {
    commands.add(command);
    signal.raise();
  }

  /** What was shown last; null before anything was. */
  public @Nullable Frame latest() {
    return latest;
  }

  private void serve() {
    try {
      attempt(() -> begin(settings));
      show();
      while (!closing) {
        boolean asked = false;
        for (Command next = commands.poll(); next != null; next = commands.poll()) {
          note = "";
          Command command = next;
          attempt(() -> carryOut(command));
          asked = true;
        }
        long frameEnd = clock.nanoTime() + FRAME_NS;
        boolean moved = attempt(() -> advance(frameEnd));
        if (asked || (moved && isNews())) {
          show();
        }
        if (phase == Phase.RUNNING) {
          signal.await(scheduler, frameEnd - clock.nanoTime());
        } else if (phase != Phase.SEEKING) {
          signal.await();
        }
      }
    } finally {
      endRun();
    }
  }

  /** Does something; a run that fails is shown as it stood last, and says why. */
  private boolean attempt(Runnable action) {
    Phase before = phase;
    try {
      action.run();
    } catch (RuntimeException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      phase = Phase.FAILED;
      note = "the run failed: %s; restart it with other settings".formatted(cause);
    }
    return before == Phase.RUNNING || before == Phase.SEEKING || phase != before;
  }

  private void carryOut(Command command) {
    switch (command) {
      case Command.Restart(LiveSettings wanted) -> begin(wanted);
      case Command.Speed(long wanted) -> {
        eventsPerSecond = wanted;
        startPace();
      }
      case Command.Go() -> go();
      case Command.Stop() -> stop();
      case Command.Step(int events) -> step(events);
      case Command.Jump(long event) -> seek(event, null);
      case Command.Next(Moment moment) -> next(moment);
      case Command.Previous(Moment moment) -> previous(moment);
    }
  }

  private void begin(LiveSettings wanted) {
    endRun();
    shown = null;
    phase = Phase.STOPPED;
    settings = wanted;
    run++;
    if (wanted.isSimulated()) {
      simulated = new SimulatedRun(wanted);
    } else {
      real = new RealRun(wanted, scheduler);
    }
  }

  private void endRun() {
    SimulatedRun virtual = simulated;
    RealRun threads = real;
    simulated = null;
    real = null;
    if (virtual != null) {
      virtual.close();
    }
    if (threads != null) {
      threads.close();
    }
  }

  private void go() {
    if (phase == Phase.FAILED) {
      return;
    }
    phase = Phase.RUNNING;
    startPace();
    if (real != null) {
      real.setGoing(true);
    }
  }

  private void stop() {
    if (phase == Phase.FAILED) {
      return;
    }
    phase = Phase.STOPPED;
    if (real != null) {
      real.setGoing(false);
    }
  }

  private void startPace() {
    paceStart = clock.nanoTime();
    paceBase = simulated == null ? 0 : simulated.events();
  }

  private void step(int events) {
    if (simulated != null) {
      seek(Math.max(0, simulated.events() + events), null);
    } else {
      cannotBeStepped();
    }
  }

  private void next(Moment moment) {
    if (simulated != null) {
      seek(simulated.events() + SEARCH_LIMIT, moment);
    } else {
      cannotBeStepped();
    }
  }

  private void previous(Moment moment) {
    if (simulated == null) {
      cannotBeStepped();
      return;
    }
    long event = simulated.lastBefore(moment);
    if (event == 0) {
      phase = Phase.STOPPED;
      note = "no %s before event %d".formatted(moment.label(), simulated.events());
    } else {
      seek(event, null);
    }
  }

  private void cannotBeStepped() {
    if (phase != Phase.FAILED) {
      note = "a run on real threads can stop and go on, but it cannot be stepped";
    }
  }

  /** Goes to an event: on from here, or from the start of the same run when it lies before. */
  private void seek(long event, @Nullable Moment moment) {
    if (simulated == null) {
      cannotBeStepped();
      return;
    }
    if (event < simulated.events()) {
      simulated.close();
      simulated = null;
      simulated = new SimulatedRun(settings);
    }
    target = event;
    sought = moment;
    phase = Phase.SEEKING;
  }

  /** Lets the run move for the time of a frame. */
  private void advance(long frameEnd) {
    SimulatedRun moving = simulated;
    if (moving == null) {
      return;
    }
    switch (phase) {
      case RUNNING -> {
        long due =
            eventsPerSecond == 0
                ? Long.MAX_VALUE
                : paceBase
                    + (long) ((clock.nanoTime() - paceStart) * 1e-9 * (double) eventsPerSecond);
        while (moving.events() < due && clock.nanoTime() < frameEnd && commands.isEmpty()) {
          moving.advanceTo(Math.min(due, moving.events() + SLICE));
        }
      }
      case SEEKING -> {
        while (phase == Phase.SEEKING && clock.nanoTime() < frameEnd && commands.isEmpty()) {
          seekOn(moving);
        }
      }
      case STOPPED, FAILED -> {}
    }
  }

  private void seekOn(SimulatedRun moving) {
    long until = Math.min(target, moving.events() + SLICE);
    Moment moment = sought;
    if (moment == null) {
      moving.advanceTo(until);
    } else if (moving.advanceUntil(moment, until)) {
      phase = Phase.STOPPED;
      return;
    }
    if (moving.events() >= target) {
      phase = Phase.STOPPED;
      if (moment != null) {
        note = "no %s within %d events".formatted(moment.label(), SEARCH_LIMIT);
      }
    }
  }

  /** A slow run does not move with every frame. */
  private boolean isNews() {
    Frame last = latest;
    return simulated == null
        || last == null
        || last.phase() != phase
        || last.state().event() != simulated.events();
  }

  private void show() {
    SimulatedRun virtual = simulated;
    RealRun threads = real;
    if (phase != Phase.FAILED) {
      attempt(
          () -> {
            if (virtual != null) {
              shown = virtual.state();
            } else if (threads != null) {
              shown = threads.state();
            }
          });
    }
    RunState state = shown;
    if (state != null) {
      Frame frame = new Frame(run, phase, eventsPerSecond, note, settings, state);
      latest = frame;
      audience.accept(frame);
    }
  }

  /** Ends the run and the session. */
  @Override
  public void close() {
    closing = true;
    signal.raise();
    task.join();
  }
}
