package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A task's part of a queue that it shares with others. Its requests end in its own {@link #reap},
 * with its own completions, whichever task took them from the ring. What the task holds back is
 * announced with what the others kick, and before it waits for them.
 */
final class QueueShare implements BlockDevice {
  private static final long NOT_FULL = -1;

  private final SharedQueue shared;
  private final DiskQueue queue;
  private final ReentrantLock lock;

  /** Requests of this task that have ended and not been reaped by it, in their order. */
  private @Nullable BlockRequest firstEnded;

  private @Nullable BlockRequest lastEnded;
  private int inFlight;

  /** {@link SharedQueue#changes} when the queue had no room. */
  private long changesWhenFull = NOT_FULL;

  QueueShare(SharedQueue shared) {
    this.shared = shared;
    this.queue = shared.queue;
    this.lock = shared.lock;
  }

  @Override
  public BlockLimits limits() {
    lock.lock();
    try {
      return queue.limits();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public GuestMemory memory() {
    return queue.memory();
  }

  @Override
  public FrameAllocator frames() {
    return queue.frames();
  }

  @Override
  public Clock clock() {
    return queue.clock();
  }

  @Override
  public boolean submit(BlockRequest request) {
    lock.lock();
    try {
      if (!queue.submit(request)) {
        changesWhenFull = shared.changes;
        return false;
      }
      request.belongsTo(this);
      inFlight++;
      changesWhenFull = NOT_FULL;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A request of this task has ended; the task that reaped it holds the lock. */
  void ended(BlockRequest request) {
    if (lastEnded == null) {
      firstEnded = request;
    } else {
      lastEnded.link(request);
    }
    lastEnded = request;
  }

  @Override
  public void kick() {
    lock.lock();
    try {
      queue.kick();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int reap() {
    BlockRequest ended;
    lock.lock();
    try {
      shared.reap();
      ended = firstEnded;
      firstEnded = null;
      lastEnded = null;
    } finally {
      lock.unlock();
    }
    int reaped = 0;
    while (ended != null) {
      BlockRequest next = ended.unlink();
      reaped++;
      inFlight--;
      ended.delivered();
      ended = next;
    }
    return reaped;
  }

  @Override
  public void await() {
    lock.lock();
    try {
      while (firstEnded == null && hasToWait()) {
        if (shared.reap() == 0) {
          shared.await();
        }
      }
      changesWhenFull = NOT_FULL;
    } finally {
      lock.unlock();
    }
  }

  /** A task whose request found no room waits for others' requests to make some. */
  private boolean hasToWait() {
    if (inFlight > 0) {
      return changesWhenFull == NOT_FULL || changesWhenFull == shared.changes;
    }
    return queue.inFlight() > 0 && changesWhenFull == shared.changes;
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
