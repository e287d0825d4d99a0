package dev.ringside.machine;

/**
 * An interrupt line inside this process. Raising it charges {@link Cost#INTERRUPT} to the device's
 * task, the injection, and then wakes the guest.
 */
public final class WiredInterruptLine implements InterruptLine {
  private final Signal signal = new Signal();
  private final Scheduler scheduler;
  private final long injectionNs;

  /** A line whose injection costs what the model says. */
  public WiredInterruptLine(Scheduler scheduler, CostModel costs) {
    this.scheduler = scheduler;
    this.injectionNs = costs.of(Cost.INTERRUPT);
  }

  @Override
  public void raise() {
    scheduler.spend(injectionNs);
    signal.raise();
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
