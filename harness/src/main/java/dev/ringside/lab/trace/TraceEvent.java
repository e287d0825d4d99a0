package dev.ringside.lab.trace;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One event of a recorded trace, whatever format it was read from.
 *
 * @param time nanoseconds since the trace's first event
 * @param action what happened
 * @param operation what the request wants
 * @param flags how it wants it
 * @param sector where it starts, in units of 512 bytes, unsigned; 0 when the event has no place
 * @param bytes how much it covers; 0 when the event covers nothing
 * @param device which device it happened on
 * @param cpu processor that recorded the event
 * @param pid process that caused it; 0 is the idle task
 * @param sequence number of the event on its processor, from 1
 * @param process the process's name, when the recording knows it
 */
public record TraceEvent(
    long time,
    TraceAction action,
    TraceOperation operation,
    Set<TraceFlag> flags,
    long sector,
    long bytes,
    DeviceNumber device,
    int cpu,
    int pid,
    long sequence,
    @Nullable String process) {
  /** Unit of {@link #sector}, in bytes. */
  public static final int SECTOR_SIZE = 512;

  /** Whether the request carries this flag. */
  public boolean has(TraceFlag flag) {
    return flags.contains(flag);
  }

  TraceEvent withTime(long newTime) {
    return new TraceEvent(
        newTime, action, operation, flags, sector, bytes, device, cpu, pid, sequence, process);
  }

  TraceEvent withProcess(@Nullable String name) {
    return new TraceEvent(
        time, action, operation, flags, sector, bytes, device, cpu, pid, sequence, name);
  }
}
