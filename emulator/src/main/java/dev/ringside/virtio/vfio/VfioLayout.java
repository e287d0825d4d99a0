package dev.ringside.virtio.vfio;

/**
 * Payloads by their offsets behind the header, each from the section of vfio-user 0.0 that is named
 * as the command is. Flags and indices are those of the kernel's {@code linux/vfio.h}.
 */
final class VfioLayout {
  /**
   * VERSION, command and reply; capabilities follow as JSON with a final NUL.
   *
   * <pre>
   *   0       2       4
   *   | major | minor | {"capabilities":{...}}\0
   * </pre>
   */
  static final class Version {
    static final int MAJOR = 0;
    static final int MINOR = 2;
    static final int DATA = 4;

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
  static final class DmaMap {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;

    /** Of the region in the file that comes with the message. */
    static final int OFFSET = 8;

    static final int ADDRESS = 16;
    static final int SIZE = 24;
    static final int BYTES = 32;

    static final int FLAG_READABLE = 1;
    static final int FLAG_WRITABLE = 1 << 1;

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
  static final class DmaUnmap {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int ADDRESS = 8;
    static final int SIZE = 16;
    static final int BYTES = 24;

    /** Every region, whatever the command says: VFIO_DMA_UNMAP_FLAG_ALL. */
    static final int FLAG_ALL = 1 << 1;

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
  static final class DeviceInfo {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int REGIONS = 8;
    static final int IRQS = 12;
    static final int BYTES = 16;

    static final int FLAG_RESET = 1;
    static final int FLAG_PCI = 1 << 1;

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
  static final class RegionInfo {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int INDEX = 8;
    static final int SIZE = 16;
    static final int BYTES = 32;

    static final int FLAG_READ = 1;
    static final int FLAG_WRITE = 1 << 1;

    /** The base addresses are regions 0 to 5. */
    static final int EXPANSION_ROM = 6;

    static final int CONFIGURATION = 7;
    static final int VGA = 8;
    static final int COUNT = 9;

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
  static final class RegionIoFds {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int INDEX = 8;
    static final int COUNT = 12;
    static final int BYTES = 16;

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
  static final class IrqInfo {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int INDEX = 8;
    static final int COUNT = 12;
    static final int BYTES = 16;

    static final int FLAG_EVENTFD = 1;
    static final int FLAG_MASKABLE = 1 << 1;
    static final int FLAG_AUTOMASKED = 1 << 2;

    static final int INTX = 0;
    static final int MSI = 1;
    static final int MSIX = 2;

    /** INTx, MSI, MSI-X, the error and the request notifier. */
    static final int INDICES = 5;

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
  static final class SetIrqs {
    static final int ARGSZ = 0;
    static final int FLAGS = 4;
    static final int INDEX = 8;
    static final int START = 12;
    static final int COUNT = 16;
    static final int DATA = 20;

    static final int FLAG_DATA_NONE = 1;
    static final int FLAG_DATA_BOOL = 1 << 1;
    static final int FLAG_DATA_EVENTFD = 1 << 2;
    static final int FLAG_MASK = 1 << 3;
    static final int FLAG_UNMASK = 1 << 4;
    static final int FLAG_TRIGGER = 1 << 5;

    static final int DATA_FLAGS = FLAG_DATA_NONE | FLAG_DATA_BOOL | FLAG_DATA_EVENTFD;
    static final int ACTION_FLAGS = FLAG_MASK | FLAG_UNMASK | FLAG_TRIGGER;

    private SetIrqs() {}
  }

  /**
   * REGION_READ and REGION_WRITE, commands and replies; what is written follows in the command, what
   * is read in the reply.
   *
   * <pre>
   *   0        8        12      16
   *   | offset | region | count | data ...
   * </pre>
   */
  static final class RegionAccess {
    static final int OFFSET = 0;
    static final int REGION = 8;
    static final int COUNT = 12;
    static final int DATA = 16;

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
  static final class WriteMulti {
    static final int COUNT = 0;
    static final int WRITES = 8;
    static final int WRITE_BYTES = 24;

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
  static final class DmaAccess {
    static final int ADDRESS = 0;
    static final int COUNT = 8;
    static final int DATA = 16;

    /** The shortest reply to a DMA_WRITE: there the specification has a count of 32 bits. */
    static final int SHORT_REPLY = 12;

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
  static final class DeviceFeature {
    static final int FLAGS = 4;
    static final int DATA = 8;

    static final int FLAG_GET = 1 << 16;
    static final int FLAG_SET = 1 << 17;
    static final int FLAG_PROBE = 1 << 18;
    static final int FEATURE_MASK = 0xffff;

    private DeviceFeature() {}
  }

  private VfioLayout() {}
}
