package dev.ringside.lab.replay;

import dev.ringside.fault.FaultPlan;
import dev.ringside.lab.vm.MachineSettings;

/**
 * How to replay a trace.
 *
 * @param batch requests that are submitted together, 1 or more
 * @param repeat how many times, 1 or more
 * @param recordEvents whether the machine's events are kept for reading
 * @param dumpRing whether the ring is dumped after the last request
 * @param machine what to replay it on; its memory is made larger if the batch needs more
 * @param faults what goes wrong with the disk
 */
public record ReplaySettings(
    int batch,
    int repeat,
    boolean recordEvents,
    boolean dumpRing,
    MachineSettings machine,
    FaultPlan faults) {
  /** Request by request, once, on the default machine. */
  public static final ReplaySettings DEFAULT =
      new ReplaySettings(1, 1, false, false, MachineSettings.DEFAULT, FaultPlan.NONE);

  public ReplaySettings {
    if (batch < 1 || repeat < 1) {
      throw new IllegalArgumentException("batches of %d, %d times".formatted(batch, repeat));
    }
  }

  public ReplaySettings withBatch(int requests) {
    return new ReplaySettings(requests, repeat, recordEvents, dumpRing, machine, faults);
  }

  public ReplaySettings withRepeat(int times) {
    return new ReplaySettings(batch, times, recordEvents, dumpRing, machine, faults);
  }

  public ReplaySettings withRecordedEvents(boolean record) {
    return new ReplaySettings(batch, repeat, record, dumpRing, machine, faults);
  }

  public ReplaySettings withDumpedRing(boolean dump) {
    return new ReplaySettings(batch, repeat, recordEvents, dump, machine, faults);
  }

  public ReplaySettings withMachine(MachineSettings settings) {
    return new ReplaySettings(batch, repeat, recordEvents, dumpRing, settings, faults);
  }

  public ReplaySettings withFaults(FaultPlan plan) {
    return new ReplaySettings(batch, repeat, recordEvents, dumpRing, machine, plan);
  }
}
