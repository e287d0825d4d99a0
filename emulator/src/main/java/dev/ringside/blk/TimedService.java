package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;

/**
 * Requests of one queue that a disk has without a worker: their time passes while the queue's own
 * task goes on, which begins and ends them when it comes by and their moment has come.
 */
final class TimedService {
  private final DiskTime diskTime;
  private final RequestTimers timers = new RequestTimers();
  private final RequestServing serving;
  private final Completions completions;
  private final Scheduler scheduler;
  private final EventLog.Track events;

  TimedService(
      DiskTime diskTime,
      RequestServing serving,
      Completions completions,
      Scheduler scheduler,
      EventLog.Track events) {
    this.diskTime = diskTime;
    this.serving = serving;
    this.completions = completions;
    this.scheduler = scheduler;
    this.events = events;
  }

  /** The disk gets a request and those that go along with it. */
  void arrive(ServiceSlot first) {
    diskTime.arrive(first);
    timers.arrived(first);
  }

  /** When one begins or ends next, or {@link RequestTimers#NEVER}. */
  long due() {
    return timers.due();
  }

  /** Begins and ends what the disk has, as far as the time has come. */
  void serveDue() {
    long now = scheduler.clock().nanoTime();
    while (timers.due() <= now) {
      if (timers.endsNext()) {
        ServiceSlot ended = timers.end();
        serving.carryOut(ended, events);
        completions.putProcessed(ended);
      } else {
        serving.begin(timers.begin(), events);
      }
    }
  }

  /**
   * Takes everything back from the disk.
   *
   * @param served whether it is waited for; otherwise it comes back as it was
   */
  void end(boolean served) {
    while (served && timers.due() != RequestTimers.NEVER) {
      scheduler.sleep(timers.due() - scheduler.clock().nanoTime());
      serveDue();
    }
    for (ServiceSlot left = timers.poll(); left != null; left = timers.poll()) {
      completions.putProcessed(left);
    }
  }
}
