/**
 * The machine that guest and device share: memory, register windows, interrupts, time and threads.
 *
 * <p>Start with {@link dev.ringside.machine.GuestMemory} and {@link
 * dev.ringside.machine.Scheduler}. Everything that differs between full speed and simulated time
 * hides behind a type of this package: whoever waits, sleeps, reads a clock or starts a task does
 * so through {@link dev.ringside.machine.Scheduler} and {@link dev.ringside.machine.Signal}, and
 * draws chance from {@link dev.ringside.machine.RandomStreams}. Locks are ordinary {@code
 * java.util.concurrent} locks; {@code synchronized} is not used, because the JVM hands a contended
 * monitor over in an order that no seed controls.
 *
 * <p>Of Ringside this package imports only {@code posix}.
 */
@NullMarked
package dev.ringside.machine;

import org.jspecify.annotations.NullMarked;
