package dev.ringside.driver;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;

/**
 * What a driver has of its machine.
 *
 * @param memory the guest's RAM
 * @param frames who hands it out
 * @param interrupts the line that the device raises
 * @param scheduler time and waiting
 * @param events where the driver notes its steps
 * @param costs what emulation makes too cheap
 */
public record Guest(
    GuestMemory memory,
    FrameAllocator frames,
    InterruptLine interrupts,
    Scheduler scheduler,
    EventLog events,
    CostModel costs) {
  /** A guest whose driver works for nothing. */
  public Guest(
      GuestMemory memory,
      FrameAllocator frames,
      InterruptLine interrupts,
      Scheduler scheduler,
      EventLog events) {
    this(memory, frames, interrupts, scheduler, events, CostModel.ZERO);
  }
}
