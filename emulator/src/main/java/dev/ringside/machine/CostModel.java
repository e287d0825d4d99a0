package dev.ringside.machine;

import java.util.List;
import java.util.Optional;

/**
 * What emulation in one process makes cheaper than it really is. In simulated time a cost is
 * virtual nanoseconds; at full speed it is a calibrated spin, and nothing when it is zero.
 *
 * @param name for reports and the command line
 * @param kickNs the driver's cost of a notification: the VM exit and the way back, in nanoseconds
 * @param interruptNs the device's cost of an interrupt, in nanoseconds
 * @param source where the numbers come from
 */
public record CostModel(String name, long kickNs, long interruptNs, String source) {
  /** Nothing costs anything: the route alone. */
  public static final CostModel ZERO =
      new CostModel("zero", 0, 0, "no cost beyond the emulation's own");

  /**
   * A round trip to user space and back: 2,528 cycles at about 3 GHz for KVM_RUN through its ioctl.
   */
  public static final CostModel KVM =
      new CostModel("kvm", 850, 850, "KVM_RUN round trip of 2,528 cycles (kernel list, 2020)");

  /** The Kevlar OS posts: 0.5 ms for a notification and the wait that follows it. */
  public static final CostModel KEVLAR =
      new CostModel(
          "kevlar", 500_000, 0, "Kevlar OS, post 114: about 0.5 ms per round trip under KVM");

  /** All presets, in the order in which help texts list them. */
  public static final List<CostModel> PRESETS = List.of(ZERO, KVM, KEVLAR);

  public CostModel {
    if (kickNs < 0 || interruptNs < 0) {
      throw new IllegalArgumentException("a cost below zero in cost model " + name);
    }
  }

  /** The preset of that name. */
  public static Optional<CostModel> preset(String name) {
    return PRESETS.stream().filter(preset -> preset.name.equals(name)).findFirst();
  }
}
