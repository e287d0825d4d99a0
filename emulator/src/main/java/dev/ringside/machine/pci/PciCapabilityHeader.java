package dev.ringside.machine.pci;

/** What every capability of a PCI function begins with, and those that are not virtio's. */
public final class PciCapabilityHeader {
  public static final int ID = 0;
  public static final int NEXT = 1;

  /** A vendor's own capability. */
  public static final int ID_VENDOR = 0x09;

  public static final int ID_EXPRESS = 0x10;
  public static final int ID_MSIX = 0x11;

  /** MSI-X: message control (PCI, section 6.8.2). */
  public static final int MSIX_CONTROL = 2;

  /** MSI-X: window and offset of the table. */
  public static final int MSIX_TABLE = 4;

  /** MSI-X: window and offset of the pending bits. */
  public static final int MSIX_PENDING = 8;

  public static final int MSIX_SIZE = 12;

  /** Message control: the table's size, less one. */
  public static final int MSIX_TABLE_SIZE = 0x7ff;

  /** Message control: no vector sends. */
  public static final int MSIX_FUNCTION_MASK = 1 << 14;

  /** Message control: MSI-X is used instead of the interrupt pin. */
  public static final int MSIX_ENABLE = 1 << 15;

  /** Bits of {@link #MSIX_TABLE} and {@link #MSIX_PENDING}: the number of the base address. */
  public static final int MSIX_WINDOW = 7;

  /** Fields of a table entry, and its size (PCI, section 6.8.2.9). */
  public static final int MSIX_ENTRY_ADDRESS_LOW = 0;

  public static final int MSIX_ENTRY_ADDRESS_HIGH = 4;
  public static final int MSIX_ENTRY_DATA = 8;
  public static final int MSIX_ENTRY_CONTROL = 12;
  public static final int MSIX_ENTRY_SIZE = 16;

  /** Bit of an entry's control: it does not send. */
  public static final int MSIX_ENTRY_MASK = 1;

  /** PCI Express: version and kind of the function (PCIe, section 7.5.3.2). */
  public static final int EXPRESS_CAPABILITIES = 2;

  /** PCI Express: what the device can (PCIe, section 7.5.3.3). */
  public static final int EXPRESS_DEVICE_CAPABILITIES = 4;

  /** PCI Express: what the device is to do (PCIe, section 7.5.3.4). */
  public static final int EXPRESS_DEVICE_CONTROL = 8;

  /** Size of version 2 of the capability. */
  public static final int EXPRESS_SIZE = 0x3c;

  /** Version 2, an endpoint that is integrated into the root complex. */
  public static final int EXPRESS_INTEGRATED_ENDPOINT = 0x92;

  /** Device capability: function-level reset. */
  public static final int EXPRESS_CAN_RESET = 1 << 28;

  /** Device capability: errors are reported as its role says, which every device must. */
  public static final int EXPRESS_ROLE_BASED_ERRORS = 1 << 15;

  /** Bit of {@link #EXPRESS_DEVICE_CONTROL}: resets the function; reads as 0. */
  public static final int EXPRESS_RESET = 1 << 15;

  private PciCapabilityHeader() {}
}
