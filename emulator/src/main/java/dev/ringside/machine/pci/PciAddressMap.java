package dev.ringside.machine.pci;

/**
 * Where a machine has PCI: what firmware tells the guest.
 *
 * @param ecam guest-physical address of the configuration spaces, one bus of 1 MiB
 * @param memory where memory windows may be placed
 * @param memorySize in bytes
 */
public record PciAddressMap(long ecam, long memory, long memorySize) {
  /** Address bits of a function's configuration space in the ECAM window (PCIe, section 7.2.2). */
  public static final int FUNCTION_SHIFT = 12;

  /** Size of the ECAM window of one bus, in bytes. */
  public static final long BUS_SIZE = 1L << 20;

  /** Devices on a bus. */
  public static final int DEVICES = 32;

  /** Functions of a device. */
  public static final int FUNCTIONS = 8;

  /** In the hole below 4 GiB, as on a PC. */
  public static final PciAddressMap DEFAULT =
      new PciAddressMap(0xe000_0000L, 0xc000_0000L, 0x2000_0000L);

  /** The guest-physical address of a function's configuration space. */
  public long function(int device, int function) {
    return ecam + (((long) device * FUNCTIONS + function) << FUNCTION_SHIFT);
  }
}
