package dev.ringside.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A wake-up that is not lost: what is raised before the wait ends the wait at once, and raising
 * twice is raising once. The eventfd of this machine.
 *
 * <p>Any thread raises; one thread at a time waits. It works alike in real and simulated time,
 * because a simulated task is a virtual thread on the simulator's own executor.
 */
public final class Signal implements WakeUp {
  private static final VarHandle RAISED;

  static {
    try {
      RAISED = MethodHandles.lookup().findVarHandle(Signal.class, "raised", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  @SuppressWarnings("unused") // accessed through RAISED
  private volatile boolean raised;

  private volatile @Nullable Thread waiter;

  @Override
  public void raise() {
    if (!(boolean) RAISED.getAndSet(this, true)) {
      LockSupport.unpark(waiter);
    }
  }

  /** Takes a raised signal back; says whether there was one. */
  public boolean consume() {
    return raised && (boolean) RAISED.getAndSet(this, false);
  }

  @Override
  public void await() {
    if (consume()) {
      return;
    }
    waiter = Thread.currentThread();
    try {
      // The waiter is published before the flag is read again, so a raise in between either is seen
      // here or sees the waiter.
      while (!consume()) {
        LockSupport.park(this);
      }
    } finally {
      waiter = null;
    }
  }

  @Override
  public boolean await(Scheduler scheduler, long nanoseconds) {
    if (consume()) {
      return true;
    }
    Clock clock = scheduler.clock();
    long start = clock.nanoTime();
    waiter = Thread.currentThread();
    try {
      // As in await(): the waiter is published before the flag is read again.
      while (!consume()) {
        long left = nanoseconds - (clock.nanoTime() - start);
        if (left <= 0) {
          return false;
        }
        scheduler.park(left);
      }
      return true;
    } finally {
      waiter = null;
    }
  }
}
