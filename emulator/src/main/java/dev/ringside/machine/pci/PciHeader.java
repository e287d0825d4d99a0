package dev.ringside.machine.pci;

/**
 * The first 64 bytes of a function's configuration space, header type 0 (PCI, section 6.1).
 *
 * <pre>
 *   0x00  vendor, device              0x10  six base addresses of 32 bits
 *   0x04  command, status             0x2c  subsystem vendor, subsystem
 *   0x08  revision, class code        0x34  first capability
 *   0x0c  cache line, latency, type   0x3c  interrupt line, interrupt pin
 * </pre>
 */
public final class PciHeader {
  public static final int VENDOR = 0x00;
  public static final int DEVICE = 0x02;
  public static final int COMMAND = 0x04;
  public static final int STATUS = 0x06;
  public static final int REVISION = 0x08;

  /** Three bytes: programming interface, subclass, class. */
  public static final int CLASS = 0x09;

  public static final int HEADER_TYPE = 0x0e;
  public static final int BASE_ADDRESS = 0x10;
  public static final int SUBSYSTEM_VENDOR = 0x2c;
  public static final int SUBSYSTEM = 0x2e;
  public static final int CAPABILITIES = 0x34;
  public static final int INTERRUPT_LINE = 0x3c;
  public static final int INTERRUPT_PIN = 0x3d;

  /** Where capabilities can begin. */
  public static final int SIZE = 0x40;

  /** Size of a configuration space that every host reaches. */
  public static final int CONVENTIONAL_SIZE = 0x100;

  /** What an absent function's vendor reads as. */
  public static final int NO_VENDOR = 0xffff;

  /** Command: the function decodes its memory windows (PCI, section 6.2.2). */
  public static final int COMMAND_MEMORY = 1 << 1;

  /** Command: the function may access memory and send messages. */
  public static final int COMMAND_BUS_MASTER = 1 << 2;

  /** Command: the function does not use its interrupt pin. */
  public static final int COMMAND_INTX_DISABLE = 1 << 10;

  /** Status: the interrupt pin is asserted, or would be (PCI, section 6.2.3). */
  public static final int STATUS_INTERRUPT = 1 << 3;

  /** Status: there is a list of capabilities. */
  public static final int STATUS_CAPABILITIES = 1 << 4;

  /** Bit of {@link #HEADER_TYPE}: the device has several functions. */
  public static final int MULTI_FUNCTION = 0x80;

  /** How many base addresses there are. */
  public static final int BASE_ADDRESSES = 6;

  /** Bit of a base address: an I/O window, not memory (PCI, section 6.2.5.1). */
  public static final int BASE_ADDRESS_IO = 1;

  /** Bits of a memory window's base address that say how wide it is. */
  public static final int BASE_ADDRESS_TYPE = 6;

  /** A base address of 64 bits, in two registers. */
  public static final int BASE_ADDRESS_64 = 4;

  /** Bits of a memory window's base address that are no address. */
  public static final int BASE_ADDRESS_FLAGS = 0xf;

  private PciHeader() {}
}
