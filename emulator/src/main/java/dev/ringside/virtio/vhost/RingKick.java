package dev.ringside.virtio.vhost;

import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WakeUp;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where the task of a ring waits: for the frontend's kicks, which come through an eventfd, and for
 * whoever raises it in this process. The task reads the eventfd itself.
 *
 * <p>A ring without an eventfd is kicked by messages, or not at all: then a wait is short, and the
 * task looks at the ring again.
 */
final class RingKick implements WakeUp, AutoCloseable {
  /** How long a wait takes in which no kick can come. */
  private static final long LOOK_AGAIN_NS = 50_000;

  private static final int OWN = 0;
  private static final int KICK = 1;

  private final int queue;
  private final EventLog.Track events;
  private final @Nullable EventDescriptor kick;
  private final long longestWaitNs;
  private final EventDescriptor own;
  private final Poller poller = new Poller(2);
  private final AtomicBoolean raised = new AtomicBoolean();
  private final AtomicLong kicks;
  private volatile boolean waiting;

  /**
   * A place to wait.
   *
   * @param kick the frontend's eventfd, closed with this; null when there is none
   * @param inBand whether kicks come as messages, by {@link #raise}
   * @param kicks counts them
   * @param events where they are noted
   */
  RingKick(
      int queue,
      @Nullable EventDescriptor kick,
      boolean inBand,
      AtomicLong kicks,
      EventLog.Track events)
      throws PosixException {
    this.queue = queue;
    this.kick = kick;
    this.kicks = kicks;
    this.events = events;
    this.longestWaitNs = kick != null || inBand ? Poller.FOREVER : LOOK_AGAIN_NS;
    this.own = EventDescriptor.create();
    poller.add(own.descriptor(), Poller.READABLE);
    if (kick != null) {
      poller.add(kick.descriptor(), Poller.READABLE);
    }
  }

  /** What becomes readable with a kick; null when nothing does. */
  @Nullable Descriptor descriptor() {
    return kick == null ? null : kick.descriptor();
  }

  /** Whether the frontend expects that nobody waits for a kick. */
  boolean isPolled() {
    return longestWaitNs != Poller.FOREVER;
  }

  /** Takes the kicks that came, while no task waits here; says whether there were any. */
  boolean take() throws PosixException {
    return kick != null && note(kick.take());
  }

  /** A kick came as a message. */
  void kicked() {
    note(1);
    raise();
  }

  private boolean note(long count) {
    if (count == 0) {
      return false;
    }
    kicks.addAndGet(count);
    events.record(EventType.NOTIFIED, queue, count);
    return true;
  }

  @Override
  public void raise() {
    if (!raised.getAndSet(true) && waiting) {
      try {
        own.signal();
      } catch (PosixException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  private boolean consume() {
    return raised.get() && raised.getAndSet(false);
  }

  @Override
  public void await() {
    waitFor(longestWaitNs);
  }

  @Override
  public boolean await(Scheduler scheduler, long nanoseconds) {
    return waitFor(Math.min(nanoseconds, longestWaitNs));
  }

  private boolean waitFor(long nanoseconds) {
    if (consume()) {
      return true;
    }
    waiting = true;
    try {
      // The waiter is published before the flag is read again, so a raise in between either is seen
      // here or sees the waiter.
      while (!consume()) {
        if (poller.await(nanoseconds) == 0) {
          return false;
        }
        boolean kicked = kick != null && poller.isReported(KICK) && note(kick.read());
        if (poller.isReported(OWN)) {
          own.read();
        }
        if (kicked) {
          return true;
        }
      }
      return true;
    } catch (PosixException failure) {
      throw new UncheckedIOException("waiting for a kick of queue " + queue, failure);
    } finally {
      waiting = false;
    }
  }

  @Override
  public void close() {
    own.close();
    if (kick != null) {
      kick.close();
    }
  }
}
