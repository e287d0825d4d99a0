package dev.ringside.machine.pci;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;

/** The PCI Express capability of an integrated endpoint that can be reset alone. */
public final class ExpressCapability {
  private ExpressCapability() {}

  /**
   * Appends the capability.
   *
   * @param reset what function-level reset does (PCIe, section 6.6.2)
   */
  public static void addTo(ConfigurationSpace space, Runnable reset) {
    int capability = space.addCapability(ID_EXPRESS, EXPRESS_SIZE);
    int control = capability + EXPRESS_DEVICE_CONTROL;
    space.set16(capability + EXPRESS_CAPABILITIES, EXPRESS_INTEGRATED_ENDPOINT);
    space.set32(
        capability + EXPRESS_DEVICE_CAPABILITIES, EXPRESS_CAN_RESET | EXPRESS_ROLE_BASED_ERRORS);
    space.allow16(control, EXPRESS_RESET);
    space.onWrite(
        control,
        Short.BYTES,
        () -> {
          if ((space.get16(control) & EXPRESS_RESET) != 0) {
            space.set16(control, 0);
            reset.run();
          }
        });
  }
}
