package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpmcAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that process requests in parallel and give them back in the order in which they finish.
 * Requests wait in one queue, so none waits while a worker is idle.
 *
 * <p>A worker whose job ends in a defect goes on with the next one: whoever waits for the others
 * gets them back. {@link #stop} tells.
 */
final class WorkerPool {
  private final Queue<Job> jobs;
  private final List<Worker> workers;
  private volatile boolean stopping;

  /** A request, and who wants it back. */
  interface Job {
    /** Runs on a worker. */
    void run(EventLog.Track events);
  }

  /**
   * Starts the workers.
   *
   * @param numbers of the workers, which name them
   * @param capacity jobs that can wait
   */
  WorkerPool(Scheduler scheduler, EventLog events, List<Integer> numbers, int capacity) {
    jobs = new MpmcAtomicArrayQueue<>(Math.max(2, capacity));
    workers =
        numbers.stream().map(number -> new Worker(scheduler, "worker-" + number, events)).toList();
  }

  /** Hands a job to whichever worker is free first. */
  void submit(Job job) {
    if (!jobs.offer(job)) {
      throw new IllegalStateException("more jobs than the pool was made for");
    }
    // The job must be visible before idleness is read: a worker that went idle just before either
    // sees the job, or is seen here.
    GuestMemory.fullFence();
    for (int i = 0; i < workers.size(); i++) {
      if (workers.get(i).wakeIfIdle()) {
        return;
      }
    }
  }

  /**
   * Lets the workers end what was submitted, and ends them all.
   *
   * @throws IllegalStateException when a job ended in a defect, which is the cause
   */
  void stop() {
    stopping = true;
    workers.forEach(worker -> worker.signal.raise());
    IllegalStateException defect = null;
    for (Worker worker : workers) {
      try {
        worker.task.join();
      } catch (IllegalStateException failed) {
        defect = defect == null ? failed : defect;
      }
    }
    if (defect != null) {
      throw defect;
    }
  }

  private final class Worker implements Runnable {
    private final Signal signal = new Signal();
    private final AtomicBoolean idle = new AtomicBoolean();
    private final EventLog.Track events;
    private final Task task;

    @SuppressWarnings("this-escape") // the task sees all other fields, and reads its own not at all
    Worker(Scheduler scheduler, String name, EventLog log) {
      events = log.track(name);
      task = scheduler.start(name, this);
    }

    boolean wakeIfIdle() {
      if (idle.get() && idle.compareAndSet(true, false)) {
        signal.raise();
        return true;
      }
      return false;
    }

    @Override
    public void run() {
      Throwable defect = null;
      while (true) {
        Job job = jobs.poll();
        if (job != null) {
          Throwable failed = run(job);
          defect = defect == null ? failed : defect;
        } else if (stopping) {
          break;
        } else {
          sleepUntilWoken();
        }
      }
      if (defect != null) {
        throw new IllegalStateException("a job failed", defect);
      }
    }

    private @Nullable Throwable run(Job job) {
      try {
        job.run(events);
        return null;
      } catch (RuntimeException | Error defect) {
        return defect;
      }
    }

    private void sleepUntilWoken() {
      idle.set(true);
      // The other half of the fence in submit: idleness is visible before the queue is read again.
      GuestMemory.fullFence();
      if (jobs.isEmpty() && !stopping) {
        signal.await();
      }
      idle.set(false);
    }
  }
}
