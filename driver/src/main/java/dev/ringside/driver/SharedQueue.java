package dev.ringside.driver;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A queue that several tasks share, each through a {@link QueueShare}. Whoever uses the queue holds
 * the lock. Of the tasks that wait, one waits for the device, with the lock free meanwhile; the
 * others wait for it to come back.
 */
final class SharedQueue {
  final DiskQueue queue;
  final ReentrantLock lock = new ReentrantLock();

  /** Requests were reaped, or nobody waits for the device any more. */
  final Condition changed = lock.newCondition();

  /** Whether a task waits for the device. */
  boolean watched;

  /** Counts when requests have ended, or may have. */
  long changes;

  SharedQueue(DiskQueue queue) {
    this.queue = queue;
    queue.share(lock);
  }

  /** Ends what the device has completed, of all tasks. The caller holds the lock. */
  int reap() {
    boolean nothing = false;
    try {
      int reaped = queue.reap();
      nothing = reaped == 0;
      return reaped;
    } finally {
      // Requests may have ended before the device was found to be broken.
      if (!nothing) {
        hasChanged();
      }
    }
  }

  private void hasChanged() {
    changes++;
    changed.signalAll();
  }

  /**
   * Waits until something was reaped or can be. The caller holds the lock, and looks again
   * afterwards.
   */
  void await() {
    if (watched) {
      // Who waits does not look at the clock for others.
      queue.kick();
      long before = changes;
      while (watched && changes == before) {
        changed.awaitUninterruptibly();
      }
      return;
    }
    watched = true;
    try {
      queue.await();
    } finally {
      watched = false;
      changed.signalAll();
    }
  }
}
