package dev.ringside.ext4;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Task;

/** The task that moves a mount on while nobody calls: a commit that is due comes in time. */
final class Background {
  private final Scheduler scheduler;
  private final Ext4 ext4;
  private final long interval;
  private volatile boolean ended;

  private Background(Scheduler scheduler, Ext4 ext4, long interval) {
    this.scheduler = scheduler;
    this.ext4 = ext4;
    this.interval = interval;
  }

  /** Starts the task. It ends itself some time after {@link #end}. */
  static Background start(Scheduler scheduler, Ext4 ext4, MountOptions options) {
    long interval = options.commitInterval().toNanos();
    Background background = new Background(scheduler, ext4, interval);
    Task task = scheduler.start("ext4 " + ext4.superblock().uuid(), background::run);
    assert task != null;
    return background;
  }

  private void run() {
    while (!ended) {
      scheduler.sleep(interval);
      if (!ended) {
        poll();
      }
    }
  }

  private void poll() {
    try {
      ext4.poll();
    } catch (Ext4Exception failure) {
      // Whoever uses the mount is told by its own operation.
      ended |= failure.errno() == Errno.EBADF;
    }
  }

  /** Says that the mount is gone. */
  void end() {
    ended = true;
  }
}
