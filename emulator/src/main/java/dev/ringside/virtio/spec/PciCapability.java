package dev.ringside.virtio.spec;

/**
 * How a virtio device presents itself on PCI (virtio 1.4, sections 4.1.2 to 4.1.4): its identity,
 * and the vendor capabilities that say where its structures lie.
 *
 * <pre>
 *   0  u8 cap_vndr (9)    4  u8 bar         8   u32 offset in the window
 *   1  u8 cap_next        5  u8 id          12  u32 length
 *   2  u8 cap_len         6  u8 padding[2]  16  NOTIFY: u32 notify_off_multiplier
 *   3  u8 cfg_type                              PCI_CFG: u8 pci_cfg_data[4]
 *                                               SHARED_MEMORY: u32 offset_hi, u32 length_hi
 * </pre>
 */
public final class PciCapability {
  /** Vendor of every virtio device. */
  public static final int VIRTIO_VENDOR = 0x1af4;

  /** A device without a legacy interface has this number and its device type. */
  public static final int MODERN_DEVICE = 0x1040;

  /** The least revision of a device without a legacy interface. */
  public static final int MODERN_REVISION = 1;

  public static final int CAP_LEN = 2;
  public static final int CFG_TYPE = 3;
  public static final int BAR = 4;
  public static final int ID = 5;
  public static final int OFFSET = 8;
  public static final int LENGTH = 12;

  /** Size of a capability without fields of its own. */
  public static final int SIZE = 16;

  /** NOTIFY: distance of two queues' notification addresses, per unit of queue_notify_off. */
  public static final int NOTIFY_MULTIPLIER = 16;

  public static final int NOTIFY_SIZE = 20;

  /** PCI_CFG: reads and writes of these bytes reach into a window (section 4.1.4.9). */
  public static final int PCI_CFG_DATA = 16;

  public static final int PCI_CFG_SIZE = 20;

  /** SHARED_MEMORY: the upper halves of offset and length (section 4.1.4.7). */
  public static final int SHARED_MEMORY_OFFSET_HIGH = 16;

  public static final int SHARED_MEMORY_LENGTH_HIGH = 20;
  public static final int SHARED_MEMORY_SIZE = 24;

  public static final int TYPE_COMMON = 1;
  public static final int TYPE_NOTIFY = 2;
  public static final int TYPE_ISR = 3;
  public static final int TYPE_DEVICE = 4;
  public static final int TYPE_PCI_CFG = 5;
  public static final int TYPE_SHARED_MEMORY = 8;

  /** Bit of the ISR status: a used buffer notification (section 4.1.4.5). */
  public static final int ISR_QUEUE = 1;

  /** Bit of the ISR status: a configuration change notification. */
  public static final int ISR_CONFIG = 2;

  private PciCapability() {}
}
