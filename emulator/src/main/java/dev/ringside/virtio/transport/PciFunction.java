package dev.ringside.virtio.transport;

import dev.ringside.machine.Bus;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.pci.MsixTable;
import org.jspecify.annotations.Nullable;

/**
 * A virtio device as a PCI function for whoever stands in the place of the bus and names a window
 * by its base address instead of by where the guest has put it. It is itself its configuration
 * space.
 */
public sealed interface PciFunction extends RegisterWindow permits PciTransport, MmioPciFunction {
  /** The device behind the registers. */
  VirtioFunction function();

  /**
   * What lies behind a base address, or null.
   *
   * @param index 0 to 5
   */
  Bus.@Nullable MovableWindow window(int index);

  /**
   * The MSI-X table, which has the window of {@link #msixWindow} to itself; or null without one.
   */
  @Nullable MsixTable msix();

  /** The number of the base address behind which the MSI-X table lies, when there is one. */
  int msixWindow();

  /** Whether the interrupt pin is asserted now. */
  boolean assertsPin();

  /**
   * Resets the function: everything is as after power-on (PCIe, section 6.6.2). The device no
   * longer touches guest memory.
   */
  void reset();

  /** Has something done after each reset of the function, whoever asked for it. */
  void onReset(Runnable action);
}
