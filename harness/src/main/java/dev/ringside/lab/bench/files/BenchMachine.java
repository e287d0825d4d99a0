package dev.ringside.lab.bench.files;

import dev.ringside.driver.BatchPolicy;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.Storage;

/**
 * The machine whose disk benchmarks mount: nothing of the filesystem is announced before its list
 * is complete, and both sides sleep when they have nothing to do.
 */
public final class BenchMachine {
  private BenchMachine() {}

  /**
   * Puts one together.
   *
   * @param storage stays the caller's
   */
  public static VirtualMachine start(
      Storage storage, Scheduler scheduler, CostModel costs, long memoryBytes) {
    MachineSettings settings =
        MachineSettings.DEFAULT
            .withMemoryBytes(memoryBytes)
            .withBatchPolicy(BatchPolicy.onLast())
            .withCosts(costs);
    return VirtualMachine.start(settings, storage, scheduler, EventLog.OFF);
  }
}
