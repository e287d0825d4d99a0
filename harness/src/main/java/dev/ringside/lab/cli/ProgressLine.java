package dev.ringside.lab.cli;

import dev.ringside.lab.replay.ReplayProgress;
import dev.ringside.machine.Clock;
import dev.ringside.machine.RealScheduler;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A progress bar on standard error, when that is a terminal and the run lasts more than a second. A
 * shorter one leaves nothing on the screen.
 */
final class ProgressLine implements ReplayProgress, AutoCloseable {
  private static final long QUIET_NS = 1_000_000_000L;

  // The clock of whoever waits, also when the run's own time is simulated.
  private final Clock clock = new RealScheduler().clock();

  // Java cannot tell; the launcher can.
  private final boolean wanted = Boolean.getBoolean("ringside.stderr.terminal");

  private final long start = clock.nanoTime();
  private final String task;
  private final long total;
  private @Nullable ProgressBar bar;

  /**
   * A bar that is not yet shown.
   *
   * @param task what goes on
   * @param total how far it goes, about
   */
  ProgressLine(String task, long total) {
    this.task = task;
    this.total = total;
  }

  @Override
  public void replayed(long requests) {
    reached(requests);
  }

  /** So much is done. */
  void reached(long done) {
    if (!wanted) {
      return;
    }
    if (bar != null) {
      bar.stepTo(done);
    } else if (clock.nanoTime() - start > QUIET_NS) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(total)
              .clearDisplayOnFinish()
              .build();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
