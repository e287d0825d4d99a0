package dev.ringside.lab.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.RealScheduler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LiveSessionTest {
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private @Nullable LiveSession session;

  @AfterEach
  void close() {
    if (session != null) {
      session.close();
    }
  }

  private void start(String words) {
    session = new LiveSession(LiveFixture.settings(words), 0, new RealScheduler(), frames::add);
    await(frame -> frame.run() == 1);
  }

  private Frame ask(Command command, Predicate<Frame> answer) {
    if (session == null) {
      throw new IllegalStateException("no session");
    }
    session.obey(command);
    return await(answer);
  }

  private Frame await(Predicate<Frame> answer) {
    try {
      while (true) {
        Frame frame = frames.poll(60, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("no such frame");
        }
        if (answer.test(frame)) {
          return frame;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private Frame jump(long event) {
    return ask(new Command.Jump(event), at(event));
  }

  private static Predicate<Frame> at(long event) {
    return frame -> frame.phase() == Frame.Phase.STOPPED && frame.state().event() == event;
  }

  @Test
  void stepsBackToWhatItHadShown() {
    start("");
    RunState before = jump(200).state();
    ask(new Command.Step(1), at(201));
    assertThat(ask(new Command.Step(-1), at(200)).state()).isEqualTo(before);
    assertThat(ask(new Command.Step(-1), at(199)).state().event()).isEqualTo(199);
    assertThat(ask(new Command.Step(-1000), at(0)).state().requests()).isEmpty();
  }

  @Test
  void goesOnUntilItIsStopped() {
    start("ring=packed");
    ask(new Command.Go(), frame -> frame.state().event() > 1000);
    Frame stopped = ask(new Command.Stop(), frame -> frame.phase() == Frame.Phase.STOPPED);
    RunState again = jump(stopped.state().event()).state();
    assertThat(again).isEqualTo(stopped.state());
  }

  @Test
  void goesFromKickToKickAndBack() {
    start("");
    Frame first =
        ask(
            new Command.Next(Moment.KICK),
            frame -> frame.phase() == Frame.Phase.STOPPED && frame.state().counters().kicks() == 1);
    ask(
        new Command.Next(Moment.KICK),
        frame -> frame.phase() == Frame.Phase.STOPPED && frame.state().counters().kicks() == 2);
    Frame back = ask(new Command.Previous(Moment.KICK), at(first.state().event()));
    assertThat(back.state()).isEqualTo(first.state());
    Frame none = ask(new Command.Previous(Moment.KICK), frame -> !frame.note().isEmpty());
    assertThat(none.note()).isEqualTo("no kick before event " + first.state().event());
  }

  @Test
  void beginsAnewWithOtherSettings() {
    start("");
    jump(50);
    Frame anew =
        ask(new Command.Restart(LiveFixture.settings("ring=packed")), frame -> frame.run() == 2);
    assertThat(anew.state().event()).isZero();
    assertThat(anew.state().ring()).isInstanceOf(RingSnapshot.Packed.class);
  }

  @Test
  void samplesARunOnRealThreadsWhichCannotBeStepped() {
    start("time=real");
    ask(new Command.Go(), frame -> frame.state().counters().completed() > 100);
    Frame refused = ask(new Command.Step(1), frame -> !frame.note().isEmpty());
    assertThat(refused.note()).contains("cannot be stepped");
    assertThat(refused.phase()).isEqualTo(Frame.Phase.RUNNING);
    Frame stopped = ask(new Command.Stop(), frame -> frame.phase() == Frame.Phase.STOPPED);
    assertThat(stopped.state().latency().count()).isPositive();
    assertThat(stopped.state().hash()).isEmpty();
  }
}
