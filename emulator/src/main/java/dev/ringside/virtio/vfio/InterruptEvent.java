package dev.ringside.virtio.vfio;

import dev.ringside.posix.EventDescriptor;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The eventfd by which a client hears of one interrupt, while there is one. The device's tasks
 * signal; the task that carries out commands replaces it. The lock keeps a signal from going to
 * whatever has got the number of a descriptor that was just closed; each interrupt has its own.
 */
final class InterruptEvent implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable EventDescriptor event;

  /** Takes a descriptor over in the place of the one before it; null for none. */
  void replace(@Nullable EventDescriptor next) {
    lock.lock();
    try {
      if (event != null) {
        event.close();
      }
      event = next;
    } finally {
      lock.unlock();
    }
  }

  boolean isAssigned() {
    lock.lock();
    try {
      return event != null;
    } finally {
      lock.unlock();
    }
  }

  /** Tells the client, if it has said how; says whether it was told. */
  boolean signal() {
    lock.lock();
    try {
      if (event == null) {
        return false;
      }
      event.signal();
      return true;
    } catch (IOException noEventfd) {
      // What the client passed cannot be signalled: nobody listens there.
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    replace(null);
  }
}
