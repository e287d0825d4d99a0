package dev.ringside.virtio.spec;

/**
 * Offsets of the virtio-mmio registers (virtio 1.4, section 4.2.2), and of those that only the
 * legacy interface has (section 4.2.4).
 */
public final class MmioRegister {
  /** {@code "virt"} in little-endian. */
  public static final int MAGIC = 0x7472_6976;

  public static final int VERSION = 2;

  public static final int MAGIC_VALUE = 0x000;
  public static final int VERSION_NUMBER = 0x004;
  public static final int DEVICE_ID = 0x008;
  public static final int VENDOR_ID = 0x00c;
  public static final int DEVICE_FEATURES = 0x010;
  public static final int DEVICE_FEATURES_SEL = 0x014;
  public static final int DRIVER_FEATURES = 0x020;
  public static final int DRIVER_FEATURES_SEL = 0x024;
  public static final int QUEUE_SEL = 0x030;
  public static final int QUEUE_SIZE_MAX = 0x034;
  public static final int QUEUE_SIZE = 0x038;
  public static final int QUEUE_READY = 0x044;
  public static final int QUEUE_NOTIFY = 0x050;
  public static final int INTERRUPT_STATUS = 0x060;
  public static final int INTERRUPT_ACK = 0x064;
  public static final int STATUS = 0x070;
  public static final int QUEUE_DESC_LOW = 0x080;
  public static final int QUEUE_DESC_HIGH = 0x084;
  public static final int QUEUE_DRIVER_LOW = 0x090;
  public static final int QUEUE_DRIVER_HIGH = 0x094;
  public static final int QUEUE_DEVICE_LOW = 0x0a0;
  public static final int QUEUE_DEVICE_HIGH = 0x0a4;
  public static final int SHM_SEL = 0x0ac;
  public static final int SHM_LEN_LOW = 0x0b0;
  public static final int SHM_LEN_HIGH = 0x0b4;
  public static final int SHM_BASE_LOW = 0x0b8;
  public static final int SHM_BASE_HIGH = 0x0bc;

  /** Resets one queue (section 2.6.1). */
  public static final int QUEUE_RESET = 0x0c0;

  public static final int CONFIG_GENERATION = 0x0fc;

  /** Where the device's configuration space begins. */
  public static final int CONFIG = 0x100;

  /** Size of the register window: the registers and 256 bytes of configuration space. */
  public static final int WINDOW_SIZE = 0x200;

  /** Bit of {@link #INTERRUPT_STATUS}: a used buffer notification. */
  public static final int INTERRUPT_USED = 1;

  /** Bit of {@link #INTERRUPT_STATUS}: a configuration change notification. */
  public static final int INTERRUPT_CONFIG = 2;

  /** What {@link #VERSION_NUMBER} reads of a legacy device (section 4.2.4). */
  public static final int LEGACY_VERSION = 1;

  /** Legacy: the driver's page size in bytes, the unit of {@link #LEGACY_QUEUE_PFN}. */
  public static final int LEGACY_GUEST_PAGE_SIZE = 0x028;

  /** Legacy: alignment of the used ring in bytes, a power of two. */
  public static final int LEGACY_QUEUE_ALIGN = 0x03c;

  /** Legacy: the page in which the queue begins; 0 while it is disabled. */
  public static final int LEGACY_QUEUE_PFN = 0x040;

  private MmioRegister() {}
}
