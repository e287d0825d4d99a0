package dev.ringside.virtio.vfio;

import dev.ringside.machine.Bus;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;

/**
 * What a client's machine is for the function that is plugged into it.
 *
 * @param memory what the client lets the device use
 * @param bus where windows are placed; nobody looks there, as clients name windows by their numbers
 * @param pin the interrupt pin
 * @param messages where MSI-X messages go
 * @param scheduler time and waiting
 */
public record VfioMachine(
    GuestMemory memory,
    Bus bus,
    InterruptOutput pin,
    MessageInterrupts messages,
    Scheduler scheduler) {}
