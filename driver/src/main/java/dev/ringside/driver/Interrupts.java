package dev.ringside.driver;

import dev.ringside.machine.InterruptLine;

/** Where a device's interrupts reach its driver. */
interface Interrupts {
  /** Where a queue's interrupts arrive; several queues may share one line. */
  InterruptLine line(int queue);

  /**
   * Why a queue's line was raised, as bits of MMIO's InterruptStatus, and that the driver has seen
   * it. A change of the configuration raises the lines of all queues.
   */
  int acknowledgeInterrupt(int queue);

  /**
   * Ends the wait for a queue's line, as a change of the configuration would: its task is to look
   * how the device is.
   */
  void wake(int queue);
}
