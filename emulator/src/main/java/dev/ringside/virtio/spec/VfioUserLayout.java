package dev.ringside.virtio.spec;

/**
 * Payloads by their offsets behind the header, each from the section of vfio-user 0.0 that is named
 * as the command is. Flags and indices are those of the kernel's {@code linux/vfio.h}.
 */
public final class VfioUserLayout {
  /**
   * VERSION, command and reply; capabilities follow as JSON with a final NUL.
   *
   * <pre>
   *   0       2       4
   *   | major | minor | {"capabilities":{...}}\0
   * </pre>
   */
  public static final class Version {
    public static final int MAJOR = 0;
    public static final int MINOR = 2;
    public static final int DATA = 4;

    private Version() {}
  }

  /**
   * DMA_MAP.
   *
   * <pre>
   *   0       4       8        16        24     32
   *   | argsz | flags | offset | address | size |
   * </pre>
   */
  public static final class DmaMap {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;

    /** Of the region in the file that comes with the message. */
    public static final int OFFSET = 8;

    public static final int ADDRESS = 16;
    public static final int SIZE = 24;
    public static final int BYTES = 32;

    public static final int FLAG_READABLE = 1;
    public static final int FLAG_WRITABLE = 1 << 1;

    private DmaMap() {}
  }

  /**
   * DMA_UNMAP, command and reply.
   *
   * <pre>
   *   0       4       8         16     24
   *   | argsz | flags | address | size |
   * </pre>
   */
  public static final class DmaUnmap {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int ADDRESS = 8;
    public static final int SIZE = 16;
    public static final int BYTES = 24;

    /** Every region, whatever the command says: VFIO_DMA_UNMAP_FLAG_ALL. */
    public static final int FLAG_ALL = 1 << 1;

    private DmaUnmap() {}
  }

  /**
   * DEVICE_GET_INFO, command and reply.
   *
   * <pre>
   *   0       4       8         12     16
   *   | argsz | flags | regions | irqs |
   * </pre>
   */
  public static final class DeviceInfo {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int REGIONS = 8;
    public static final int IRQS = 12;
    public static final int BYTES = 16;

    public static final int FLAG_RESET = 1;
    public static final int FLAG_PCI = 1 << 1;

    private DeviceInfo() {}
  }

  /**
   * DEVICE_GET_REGION_INFO, command and reply.
   *
   * <pre>
   *   0       4       8       12           16     24       32
   *   | argsz | flags | index | cap_offset | size | offset |
   * </pre>
   */
  public static final class RegionInfo {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int SIZE = 16;
    public static final int BYTES = 32;

    public static final int FLAG_READ = 1;
    public static final int FLAG_WRITE = 1 << 1;

    /** The base addresses are regions 0 to 5. */
    public static final int EXPANSION_ROM = 6;

    public static final int CONFIGURATION = 7;
    public static final int VGA = 8;
    public static final int COUNT = 9;

    private RegionInfo() {}
  }

  /**
   * DEVICE_GET_REGION_IO_FDS, command and reply.
   *
   * <pre>
   *   0       4       8       12      16
   *   | argsz | flags | index | count |
   * </pre>
   */
  public static final class RegionIoFds {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int COUNT = 12;
    public static final int BYTES = 16;

    private RegionIoFds() {}
  }

  /**
   * DEVICE_GET_IRQ_INFO, command and reply.
   *
   * <pre>
   *   0       4       8       12      16
   *   | argsz | flags | index | count |
   * </pre>
   */
  public static final class IrqInfo {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int COUNT = 12;
    public static final int BYTES = 16;

    public static final int FLAG_EVENTFD = 1;
    public static final int FLAG_MASKABLE = 1 << 1;
    public static final int FLAG_AUTOMASKED = 1 << 2;

    public static final int INTX = 0;
    public static final int MSI = 1;
    public static final int MSIX = 2;

    /** INTx, MSI, MSI-X, the error and the request notifier. */
    public static final int INDICES = 5;

    private IrqInfo() {}
  }

  /**
   * DEVICE_SET_IRQS; with FLAG_DATA_BOOL a byte for each interrupt follows.
   *
   * <pre>
   *   0       4       8       12      16      20
   *   | argsz | flags | index | start | count | data ...
   * </pre>
   */
  public static final class SetIrqs {
    public static final int ARGSZ = 0;
    public static final int FLAGS = 4;
    public static final int INDEX = 8;
    public static final int START = 12;
    public static final int COUNT = 16;
    public static final int DATA = 20;

    public static final int FLAG_DATA_NONE = 1;
    public static final int FLAG_DATA_BOOL = 1 << 1;
    public static final int FLAG_DATA_EVENTFD = 1 << 2;
    public static final int FLAG_MASK = 1 << 3;
    public static final int FLAG_UNMASK = 1 << 4;
    public static final int FLAG_TRIGGER = 1 << 5;

    public static final int DATA_FLAGS = FLAG_DATA_NONE | FLAG_DATA_BOOL | FLAG_DATA_EVENTFD;
    public static final int ACTION_FLAGS = FLAG_MASK | FLAG_UNMASK | FLAG_TRIGGER;

    private SetIrqs() {}
  }

  /**
   * REGION_READ and REGION_WRITE, commands and replies; what is written follows in the command,
   * what is read in the reply.
   *
   * <pre>
   *   0        8        12      16
   *   | offset | region | count | data ...
   * </pre>
   */
  public static final class RegionAccess {
    public static final int OFFSET = 0;
    public static final int REGION = 8;
    public static final int COUNT = 12;
    public static final int DATA = 16;

    private RegionAccess() {}
  }

  /**
   * REGION_WRITE_MULTI; the reply is the count alone.
   *
   * <pre>
   *   0       8            8 + 24
   *   | count | one write  | one write ...
   *
   *   0        8        12      16     24
   *   | offset | region | count | data |
   * </pre>
   */
  public static final class WriteMulti {
    public static final int COUNT = 0;
    public static final int WRITES = 8;
    public static final int WRITE_BYTES = 24;

    private WriteMulti() {}
  }

  /**
   * DMA_READ and DMA_WRITE, commands and replies; what is written follows in the command, what is
   * read in the reply.
   *
   * <pre>
   *   0         8       16
   *   | address | count | data ...
   * </pre>
   */
  public static final class DmaAccess {
    public static final int ADDRESS = 0;
    public static final int COUNT = 8;
    public static final int DATA = 16;

    /** The shortest reply to a DMA_WRITE: there the specification has a count of 32 bits. */
    public static final int SHORT_REPLY = 12;

    private DmaAccess() {}
  }

  /**
   * DEVICE_FEATURE.
   *
   * <pre>
   *   0       4       8
   *   | argsz | flags | data ...
   * </pre>
   */
  public static final class DeviceFeature {
    public static final int FLAGS = 4;
    public static final int DATA = 8;

    public static final int FLAG_GET = 1 << 16;
    public static final int FLAG_SET = 1 << 17;
    public static final int FLAG_PROBE = 1 << 18;
    public static final int FEATURE_MASK = 0xffff;

    private DeviceFeature() {}
  }

  private VfioUserLayout() {}
}
