package dev.ringside.machine.pci;

import dev.ringside.machine.Bus;
import dev.ringside.machine.RegisterWindow;
import org.jspecify.annotations.Nullable;

/**
 * The host bridge: one bus whose configuration spaces are reachable through an ECAM window (PCIe,
 * section 7.2.2). Where no function is plugged in, reads give all ones.
 */
public final class PciHost implements RegisterWindow {
  private static final int SPACE_MASK = (1 << PciAddressMap.FUNCTION_SHIFT) - 1;

  private final @Nullable RegisterWindow[] functions =
      new RegisterWindow[PciAddressMap.DEVICES * PciAddressMap.FUNCTIONS];

  /** A host with nothing plugged in, whose window is mapped on the bus. */
  @SuppressWarnings("this-escape") // the window is mapped when all else is done
  public PciHost(Bus bus, PciAddressMap map) {
    bus.map(map.ecam(), PciAddressMap.BUS_SIZE, this);
  }

  /**
   * Plugs a device with one function in, before the guest runs.
   *
   * @param device 0 to 31
   * @param configuration the function's configuration space
   */
  public void plug(int device, RegisterWindow configuration) {
    int slot = device * PciAddressMap.FUNCTIONS;
    if (functions[slot] != null) {
      throw new IllegalArgumentException("a second PCI device %d".formatted(device));
    }
    functions[slot] = configuration;
  }

  @Override
  public long read(long offset, int width) {
    RegisterWindow function = function(offset);
    return function == null
        ? -1L >>> (Long.SIZE - width * Byte.SIZE)
        : function.read(offset & SPACE_MASK, width);
  }

  @Override
  public void write(long offset, int width, long value) {
    RegisterWindow function = function(offset);
    if (function != null) {
      function.write(offset & SPACE_MASK, width, value);
    }
  }

  private @Nullable RegisterWindow function(long offset) {
    return functions[(int) (offset >>> PciAddressMap.FUNCTION_SHIFT)];
  }
}
