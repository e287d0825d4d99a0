package dev.ringside.virtio.vhost;

import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.PosixException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The frontend's descriptor for a ring's interrupts, or for its errors. The frontend may give
 * another one while the ring runs; the lock, which is free but for that moment, keeps a signal from
 * going to a descriptor that is just being closed.
 */
final class RingCall implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable EventDescriptor descriptor;
  private boolean unheard;
  private long signals;

  /** Signals; what nobody can hear yet is signalled as soon as there is a descriptor. */
  void signal() {
    lock.lock();
    try {
      EventDescriptor to = descriptor;
      if (to == null) {
        unheard = true;
      } else {
        to.signal();
        signals++;
      }
    } catch (PosixException failure) {
      throw new UncheckedIOException("signalling the frontend", failure);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Uses another descriptor from now on, and closes the one before.
   *
   * @param next null when the frontend polls, or there is none
   */
  void replace(@Nullable EventDescriptor next) throws PosixException {
    lock.lock();
    try {
      close();
      descriptor = next;
      if (next != null && unheard) {
        unheard = false;
        next.signal();
        signals++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is a descriptor. */
  boolean isSet() {
    lock.lock();
    try {
      return descriptor != null;
    } finally {
      lock.unlock();
    }
  }

  /** The frontend was told by other means. */
  void count() {
    lock.lock();
    try {
      signals++;
    } finally {
      lock.unlock();
    }
  }

  /** How often the frontend was signalled. */
  long signals() {
    lock.lock();
    try {
      return signals;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (descriptor != null) {
        descriptor.close();
        descriptor = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
