package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One request queue of a virtio block device: a {@link BlockDevice} of its own, which keeps a slot
 * for every request in flight, and tells the device of requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a queue; several tasks use a queue each, or share some through a
 * {@link QueueMap}.
 */
public final class DiskQueue implements BlockDevice {
  private final int number;
  private final DeviceSession session;
  private final Guest guest;
  private final Clock clock;
  private final DriverStats stats;
  private final CompletionPolicy completion;
  private final boolean timestamps;
  private final RequestRing ring;
  private final Submission submission;
  private final CompletionWait wait;
  private final RingRenewal renewal;
  private final Reaper reaper;

  /** Handles errors by itself; null when whoever uses the queue is told of all. */
  private final @Nullable QueueRecovery errors;

  /** A queue of a device that is initialized. */
  @SuppressWarnings("this-escape") // its parts ask their queue only when they are used
  DiskQueue(
      int number,
      DeviceSession session,
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      CompletionPolicy completion,
      QueueSetup.Ring first) {
    this.number = number;
    this.session = session;
    this.guest = guest;
    this.clock = guest.scheduler().clock();
    this.completion = completion;
    this.stats = new DriverStats(first.queue().size());
    EventLog.Track events = guest.events().track(number == 0 ? "driver" : "driver-" + number);
    RequestWatchdog watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
    DriverCosts costs = new DriverCosts(guest.costs(), guest.scheduler());
    this.ring = new RequestRing(first, !registers.isLegacy());
    this.submission =
        new Submission(
            number,
            ring,
            new ChainWriter(ring, events, clock, timestamps),
            registers,
            clock,
            events,
            stats,
            costs,
            watchdog,
            settings.batching(),
            timestamps,
            session.limits());
    this.wait =
        new CompletionWait(
            this,
            interrupts,
            guest.scheduler(),
            events,
            stats,
            costs,
            watchdog,
            completion,
            timestamps,
            ring);
    this.renewal =
        new RingRenewal(this, session, ring, submission, wait, stats, settings.recovery());
    this.errors =
        settings.errors().isOn()
            ? new QueueRecovery(this, session, renewal, settings, clock)
            : null;
    this.reaper = new Reaper(ring, wait, clock, events, stats, costs, timestamps, errors);
  }

  /** The queue's number at the device. */
  public int number() {
    return number;
  }

  /** How this queue learns of completions. */
  public CompletionPolicy completion() {
    return completion;
  }

  /** What happened on this queue so far. */
  public DriverStats stats() {
    return stats;
  }

  @Override
  public BlockLimits limits() {
    return submission.limits();
  }

  /**
   * Reads the limits again when the device has changed them. A queue that waits for a completion
   * does so by itself when the device says so.
   *
   * @return whether they had changed
   */
  public boolean refreshLimits() {
    BlockLimits now = session.readLimits();
    boolean changed = !now.equals(submission.limits());
    submission.setLimits(now);
    return changed;
  }

  @Override
  public GuestMemory memory() {
    return guest.memory();
  }

  @Override
  public FrameAllocator frames() {
    return guest.frames();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public boolean submit(BlockRequest request) {
    if (request.isInFlight()) {
      throw new IllegalArgumentException("already in flight: " + request);
    }
    return errors == null ? submission.put(request) : errors.submit(request);
  }

  /** Puts a request that is nobody's, or the driver's own, into the ring; see {@link #submit}. */
  boolean put(BlockRequest request) {
    return submission.put(request);
  }

  @Override
  public void kick() {
    if (errors == null) {
      submission.publish();
    } else {
      errors.kick();
    }
  }

  /** Tells the device of what is held. */
  void publish() {
    submission.publish();
  }

  @Override
  public int reap() {
    return errors == null ? reapRing() : errors.reap();
  }

  /** Takes what the device has given back. */
  int reapRing() {
    int reaped = reaper.reap();
    submission.reaped();
    return reaped;
  }

  @Override
  public void await() {
    if (errors == null) {
      awaitRing(CompletionWait.FOREVER);
    } else {
      errors.await();
    }
  }

  /**
   * As {@link #await()}, but no longer than until a time on {@link #clock}, and also when nothing
   * is in flight: for a task that has something else to do then.
   */
  public void await(long deadline) {
    if (errors == null) {
      awaitRing(deadline);
    } else {
      errors.await(deadline);
    }
  }

  /** Waits until the ring has something to take, or a time has come. */
  void awaitRing(long deadline) {
    if (submission.announceBefore(wait, deadline)) {
      return;
    }
    if (ring.slots().inUse() > 0) {
      wait.until(deadline);
    } else if (deadline != CompletionWait.FOREVER) {
      wait.idle(deadline);
    }
  }

  /** Notifies the device of nothing new: an earlier notification may have been lost. */
  void repeatKick() {
    if (errors != null) {
      submission.repeatKick();
    }
  }

  /** The {@link BlockRequest#order} of the first request that the device was not told of. */
  long firstHeld() {
    return submission.firstHeld();
  }

  /**
   * Asks whether the device still works.
   *
   * @throws BlockDeviceException when it does not, or knows nothing of this ring any more
   */
  void checkHealth() {
    if (renewal.isStale()) {
      throw new BlockDeviceException("the device has been reset");
    }
    session.checkHealth(ring.slots().inUse());
  }

  /**
   * Resets this queue alone and goes on with an empty ring, while the others go on (RING_RESET,
   * virtio 1.4, section 2.6.1). Requests in flight end, or are submitted again, as {@link
   * DriverSettings#recovery} says. For the task that uses the queue.
   *
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; or does not enable it again, then every request of it has ended
   */
  public void reset() {
    Leftovers leftovers = renewal.stop();
    try {
      renewal.start();
    } catch (BlockDeviceException | GuestOutOfMemoryException dead) {
      renewal.giveUp(leftovers);
      throw dead;
    }
    settle(leftovers);
  }

  /** Goes on with a new ring after a reset of the device. */
  void recover() {
    settle(renewal.renew());
  }

  private void settle(Leftovers leftovers) {
    if (errors == null) {
      renewal.settle(leftovers);
    } else {
      errors.settle(leftovers);
    }
  }

  /** Tells a request's owner that it has ended. */
  void tell(EndedRequest one) {
    one.request().completed(one.status(), timestamps ? clock.nanoTime() : 0);
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    ring.free();
  }

  @Override
  public int inFlight() {
    return errors == null ? inRing() : inRing() + errors.waiting();
  }

  /** Requests in the ring or before it; with {@link ErrorHandling} there are others that wait. */
  int inRing() {
    return ring.requests();
  }

  /** From now on several tasks share this queue; each holds the lock while it uses it. */
  void share(Lock lock) {
    wait.share(lock);
  }

  /** Where the driver stands in the ring; from another task, where it stood a moment ago. */
  public RingCursors cursors() {
    return ring.queue().cursors();
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
