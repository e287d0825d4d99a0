package dev.ringside.blk;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.machine.Task;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.transport.VirtioFunction;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The task that serves one virtqueue: takes everything that is available, has it processed, and
 * gives everything that is done back with one publish and at most one interrupt.
 *
 * <p>The order of a round matters. Notifications are asked for before completions are published, so
 * a driver that waits for its last completion finds them enabled when it submits the next request.
 */
final class QueueService implements Runnable {
  /** Chains that go through a step together. */
  private static final int BATCH = 16;

  private final int number;
  private final DeviceQueue queue;
  private final VirtioFunction function;
  private final Storage storage;
  private final BlkLimits limits;
  private final Scheduler scheduler;
  private final @Nullable WorkerPool workers;
  private final boolean polling;
  private final EventLog.Track events;
  private final Signal wakeUp = new Signal();
  private final Slot[] batch = new Slot[BATCH];
  private final ArrayDeque<Slot> free = new ArrayDeque<>();
  private final Queue<Slot> processed;
  private final Task task;
  private int inWorkers;
  private volatile boolean stopping;
  private volatile boolean draining;

  /** Starts to serve a queue. */
  @SuppressWarnings("this-escape") // the task is the last thing that is made
  QueueService(
      int number,
      DeviceQueue queue,
      VirtioFunction function,
      Storage storage,
      BlkLimits limits,
      Scheduler scheduler,
      @Nullable WorkerPool workers,
      boolean polling,
      EventLog log) {
    this.number = number;
    this.queue = queue;
    this.function = function;
    this.scheduler = scheduler;
    this.workers = workers;
    this.polling = polling;
    this.events = log.track("queue-" + number);
    this.storage = storage;
    this.limits = limits;
    this.processed = new MpscAtomicArrayQueue<>(Math.max(2, queue.size()));
    Arrays.setAll(batch, i -> takeFree());
    this.task = scheduler.start("queue-" + number, this);
  }

  /** There may be something to do. */
  void kick() {
    wakeUp.raise();
  }

  /** Like {@link #stop}, but what was taken is finished and given back before. */
  void drain() {
    draining = true;
    stop();
  }

  /** Returns when nothing of this queue touches guest memory any more. */
  void stop() {
    stopping = true;
    wakeUp.raise();
    task.join();
  }

  @Override
  public void run() {
    try {
      serve();
      if (draining) {
        finishTaken();
      }
    } catch (RingViolationException broken) {
      function.fail(broken);
    } catch (RuntimeException | Error defect) {
      function.needReset();
      throw defect;
    } finally {
      awaitWorkers();
    }
  }

  private void serve() throws RingViolationException {
    int idleRounds = 0;
    while (!stopping) {
      boolean worked = takeAvailable();
      if (polling) {
        worked |= giveBack();
        idleRounds = worked ? 0 : idleRounds + 1;
        if (!worked) {
          scheduler.pause(idleRounds);
        }
      } else {
        while (queue.enableKicks()) {
          takeAvailable();
        }
        giveBack();
        // Not another look: a chain found before its notification would take that from the driver.
        wakeUp.await();
      }
    }
  }

  /**
   * Takes chains and has them processed, a batch at a time and each step for the whole batch: the
   * steps of one chain wait for cache lines that the driver's core holds, those of many overlap.
   *
   * <p>A device that polls gives back what is done before the next batch, so that the driver goes
   * on meanwhile. One that sleeps gives back at the end, with one interrupt, and after it has asked
   * for notifications.
   */
  private boolean takeAvailable() throws RingViolationException {
    queue.suppressKicks();
    int count = takeBatch();
    boolean worked = count > 0;
    while (count == batch.length) {
      if (polling) {
        giveBack();
      }
      count = takeBatch();
    }
    return worked;
  }

  private int takeBatch() throws RingViolationException {
    int count = popBatch();
    for (int i = 0; i < count; i++) {
      batch[i].request.parse();
    }
    for (int i = 0; i < count; i++) {
      process(i);
    }
    return count;
  }

  private int popBatch() throws RingViolationException {
    int count = 0;
    while (count < batch.length && queue.pop(batch[count].request.chain())) {
      count++;
    }
    return count;
  }

  private void process(int index) {
    Slot slot = batch[index];
    if (events.isOn()) {
      events.record(EventType.POP, slot.request.chain().head(), slot.request.bytes());
    }
    if (workers == null) {
      slot.request.process(events);
      finish(slot.request);
    } else {
      batch[index] = takeFree();
      inWorkers++;
      workers.submit(slot);
    }
  }

  /** Slots are made as they are needed: a batch more than the ring has descriptors at most. */
  private Slot takeFree() {
    return free.isEmpty()
        ? new Slot(new BlkRequest(limits, storage, function.memory()))
        : free.pop();
  }

  private void finish(BlkRequest request) {
    queue.addUsed(request.chain().head(), request.complete());
  }

  private boolean giveBack() {
    for (Slot slot = processed.poll(); slot != null; slot = processed.poll()) {
      inWorkers--;
      finish(slot.request);
      free.push(slot);
    }
    int entries = queue.unpublished();
    if (entries == 0) {
      return false;
    }
    boolean interrupt = queue.publishUsed();
    events.record(EventType.PUBLISH_USED, number, entries);
    events.record(interrupt ? EventType.INTERRUPT : EventType.SUPPRESS_INTERRUPT, number, entries);
    if (interrupt) {
      function.interruptForQueue(number);
    }
    return true;
  }

  private void finishTaken() {
    giveBack();
    while (inWorkers > 0) {
      wakeUp.await();
      giveBack();
    }
  }

  /** Workers still write into guest memory; what they finish now is not reported any more. */
  private void awaitWorkers() {
    while (inWorkers > 0) {
      if (processed.poll() != null) {
        inWorkers--;
      } else {
        wakeUp.await();
      }
    }
  }

  /** A request on its way through a worker and back. */
  private final class Slot implements WorkerPool.Job {
    private final BlkRequest request;

    Slot(BlkRequest request) {
      this.request = request;
    }

    @Override
    public void run(EventLog.Track workerEvents) {
      try {
        request.process(workerEvents);
      } catch (RuntimeException | Error defect) {
        function.needReset();
        throw defect;
      } finally {
        processed.add(this);
        wakeUp.raise();
      }
    }
  }
}
