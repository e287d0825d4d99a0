package dev.ringside.lab.bench.files;

import dev.ringside.blk.WaitPolicy;
import dev.ringside.driver.BatchPolicy;
import dev.ringside.driver.CompletionPolicy;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.VirtualMachine;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.Scheduler;
import dev.ringside.storage.Storage;

/**
 * The machine whose disk benchmarks mount. Both sides look for something to do for a little while
 * before they sleep, as QEMU's device and a polling Linux do: what waits for a wake-up on each side
 * would measure this machine's scheduler instead of the filesystem.
 */
public final class BenchMachine {
  /** A little more than it takes to wake a thread up. */
  private static final long LOOK_NS = 50_000;

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
            .withDevice(MachineSettings.DEFAULT.device().withWaiting(WaitPolicy.adaptive(LOOK_NS)))
            .withCompletionPolicy(new CompletionPolicy.Hybrid(LOOK_NS))
            .withBatchPolicy(BatchPolicy.onLast())
            .withCosts(costs);
    return VirtualMachine.start(settings, storage, scheduler, EventLog.OFF);
  }
}
