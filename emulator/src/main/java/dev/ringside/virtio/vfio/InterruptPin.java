package dev.ringside.virtio.vfio;

import dev.ringside.posix.EventDescriptor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt pin towards the client. It is a level: once the client has been told of it, the pin
 * is masked, and the client unmasks it when the guest is done. If the device still asserts the pin
 * then, the client is told again.
 */
final class InterruptPin implements AutoCloseable {
  private final InterruptEvent event = new InterruptEvent();
  private final ReentrantLock lock = new ReentrantLock();
  private final BooleanSupplier asserted;
  private final Runnable told;
  private boolean masked;

  /**
   * A pin that nobody listens to.
   *
   * @param asserted whether the device asserts it
   * @param told runs whenever the client was told
   */
  InterruptPin(BooleanSupplier asserted, Runnable told) {
    this.asserted = asserted;
    this.told = told;
  }

  /** The device asserts the pin. */
  void raise() {
    lock.lock();
    try {
      if (!masked && event.signal()) {
        masked = true;
        told.run();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Says how the client is told from now on; null for not at all. */
  void assign(@Nullable EventDescriptor next) {
    lock.lock();
    try {
      event.replace(next);
      masked = false;
      raiseIfAsserted();
    } finally {
      lock.unlock();
    }
  }

  /** The client does not want to hear of it. */
  void mask() {
    lock.lock();
    try {
      masked = true;
    } finally {
      lock.unlock();
    }
  }

  /** The client wants to hear of it again, at once if the device asserts it. */
  void unmask() {
    lock.lock();
    try {
      masked = false;
      raiseIfAsserted();
    } finally {
      lock.unlock();
    }
  }

  private void raiseIfAsserted() {
    if (asserted.getAsBoolean()) {
      raise();
    }
  }

  /** Tells the client whatever the device does: for a client that tries its wiring. */
  void trigger() {
    if (event.signal()) {
      told.run();
    }
  }

  @Override
  public void close() {
    event.close();
  }
}
