package dev.ringside.driver;

import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.Signal;
import dev.ringside.virtio.spec.PciCapability;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a queue's waiter sleeps on while MSI-X is used: message handlers note why they woke it,
 * because no register of the device says so.
 */
final class QueueInterrupt implements InterruptLine {
  private final Signal signal = new Signal();
  private final Scheduler scheduler;
  private final AtomicInteger reasons = new AtomicInteger();

  /** Of the task that will wait. */
  QueueInterrupt(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** A message says that buffers were used. */
  @Override
  public void raise() {
    raise(PciCapability.ISR_QUEUE);
  }

  /** A message says that the configuration has changed. */
  void configChanged() {
    raise(PciCapability.ISR_CONFIG);
  }

  private void raise(int reason) {
    reasons.getAndUpdate(current -> current | reason);
    signal.raise();
  }

  /** Why the waiter was woken since it last asked. */
  int takeReasons() {
    return reasons.getAndSet(0);
  }

  @Override
  public void await() {
    signal.await();
  }

  @Override
  public boolean await(long nanoseconds) {
    return signal.await(scheduler, nanoseconds);
  }

  @Override
  public boolean consume() {
    return signal.consume();
  }
}
