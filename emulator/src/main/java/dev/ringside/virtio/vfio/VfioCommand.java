package dev.ringside.virtio.vfio;

/**
 * The commands by their numbers (vfio-user 0.0, "Commands"). All but the two DMA accesses go from the
 * client to the server.
 */
final class VfioCommand {
  static final int VERSION = 1;
  static final int DMA_MAP = 2;
  static final int DMA_UNMAP = 3;
  static final int DEVICE_GET_INFO = 4;
  static final int DEVICE_GET_REGION_INFO = 5;
  static final int DEVICE_GET_REGION_IO_FDS = 6;
  static final int DEVICE_GET_IRQ_INFO = 7;
  static final int DEVICE_SET_IRQS = 8;
  static final int REGION_READ = 9;
  static final int REGION_WRITE = 10;

  /** From the server to the client. */
  static final int DMA_READ = 11;

  /** From the server to the client. */
  static final int DMA_WRITE = 12;

  static final int DEVICE_RESET = 13;
  static final int REGION_WRITE_MULTI = 15;
  static final int DEVICE_FEATURE = 16;
  static final int MIG_DATA_READ = 17;
  static final int MIG_DATA_WRITE = 18;

  private VfioCommand() {}
}
