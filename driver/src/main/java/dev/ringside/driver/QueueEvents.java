package dev.ringside.driver;

import dev.ringside.machine.InterruptLine;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.EventDescriptor;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import dev.ringside.virtio.spec.MmioRegister;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The eventfds of one queue of a vhost-user backend, which outlive the backend: the next one gets
 * the same. The waiter sleeps on the call; the driver wakes it through the same descriptor when
 * there is something else to see, so a wait looks at one descriptor only.
 */
final class QueueEvents implements InterruptLine, AutoCloseable {
  private final EventDescriptor kick;
  private final EventDescriptor call;
  private final EventDescriptor error;

  /** How often the driver itself has signalled the call, and the waiter has not asked why. */
  private final AtomicInteger ownSignals = new AtomicInteger();

  /** What the waiter found on the call and has not asked the reasons of; the waiter's own. */
  private long found;

  /** Whether the queue wants interrupts, from when it is next enabled. */
  private boolean interrupts = true;

  private QueueEvents(EventDescriptor kick, EventDescriptor call, EventDescriptor error) {
    this.kick = kick;
    this.call = call;
    this.error = error;
  }

  /**
   * Three fresh descriptors.
   *
   * @throws PosixException when this process has too many
   */
  static QueueEvents create() throws PosixException {
    EventDescriptor kick = EventDescriptor.create();
    try {
      EventDescriptor call = EventDescriptor.create();
      try {
        return new QueueEvents(kick, call, EventDescriptor.create());
      } catch (PosixException failure) {
        call.close();
        throw failure;
      }
    } catch (PosixException failure) {
      kick.close();
      throw failure;
    }
  }

  Descriptor kickDescriptor() {
    return kick.descriptor();
  }

  Descriptor callDescriptor() {
    return call.descriptor();
  }

  Descriptor errorDescriptor() {
    return error.descriptor();
  }

  void useInterrupts(boolean used) {
    interrupts = used;
  }

  boolean usesInterrupts() {
    return interrupts;
  }

  /** Tells the backend that there are new chains. */
  void kick() {
    try {
      kick.signal();
    } catch (PosixException failure) {
      throw broken(failure);
    }
  }

  /** Whether the backend has reported an error since this was last asked. */
  boolean takeError() {
    try {
      return error.take() != 0;
    } catch (PosixException failure) {
      throw broken(failure);
    }
  }

  /** Ends the wait, to look how the device is. */
  void wake() {
    ownSignals.incrementAndGet();
    raise();
  }

  @Override
  public void raise() {
    try {
      call.signal();
    } catch (PosixException failure) {
      throw broken(failure);
    }
  }

  @Override
  public void await() {
    await(Poller.FOREVER);
  }

  @Override
  public boolean await(long nanoseconds) {
    try {
      long count = call.await(nanoseconds);
      found += count;
      return count != 0;
    } catch (PosixException failure) {
      throw broken(failure);
    }
  }

  @Override
  public boolean consume() {
    return await(0);
  }

  /** Why the waiter was woken since it last asked, as bits of MMIO's InterruptStatus. */
  int takeReasons() {
    int own = ownSignals.getAndSet(0);
    long count = found;
    found = 0;
    int used = count > own ? MmioRegister.INTERRUPT_USED : 0;
    return own > 0 ? used | MmioRegister.INTERRUPT_CONFIG : used;
  }

  private static BlockDeviceException broken(PosixException failure) {
    return new BlockDeviceException("an eventfd of the queue: " + failure.getMessage());
  }

  @Override
  public void close() {
    kick.close();
    call.close();
    error.close();
  }
}
