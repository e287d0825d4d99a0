package dev.ringside.fault;

import dev.ringside.machine.Scheduler;
import java.util.concurrent.atomic.AtomicInteger;

/** Carries out what a plan does to the notifications between a driver and its device. */
public final class NotificationFaults {
  private final Faults faults;
  private final Scheduler scheduler;
  private final AtomicInteger delayedKicks = new AtomicInteger();

  /**
   * The notifications of one device.
   *
   * @param scheduler of the device's tasks; a kick that comes late is brought by a task of its own
   */
  public NotificationFaults(Faults faults, Scheduler scheduler) {
    this.faults = faults;
    this.scheduler = scheduler;
  }

  /**
   * The driver notifies the device.
   *
   * @param deliver tells the device; called now, later or not at all
   * @param interrupt interrupts the driver, for nothing
   */
  public void kick(int queue, Runnable deliver, Runnable interrupt) {
    long delayNs = 0;
    boolean lost = false;
    for (Firing<KickEffect> firing : faults.onKick(queue)) {
      switch (firing.effect()) {
        case KickEffect.LostKick() -> lost = true;
        case KickEffect.DelayedKick(long nanoseconds) -> delayNs += nanoseconds;
        case SpuriousInterrupt() -> interrupt.run();
      }
    }
    if (lost) {
      return;
    }
    if (delayNs == 0) {
      deliver.run();
    } else {
      deliverLater(delayNs, deliver);
    }
  }

  private void deliverLater(long delayNs, Runnable deliver) {
    scheduler.start(
        "delayed-kick-" + delayedKicks.incrementAndGet(),
        () -> {
          scheduler.sleep(delayNs);
          deliver.run();
        });
  }

  /** How often the driver is to be interrupted for used chains: not at all, once or more often. */
  public int interrupts(int queue) {
    int times = 1;
    boolean lost = false;
    for (Firing<InterruptEffect> firing : faults.onInterrupt(queue)) {
      switch (firing.effect()) {
        case InterruptEffect.LostInterrupt() -> lost = true;
        case SpuriousInterrupt() -> times++;
      }
    }
    return lost ? 0 : times;
  }
}
