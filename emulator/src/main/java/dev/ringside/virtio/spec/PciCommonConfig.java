package dev.ringside.virtio.spec;

/**
 * Offsets of the common configuration structure (virtio 1.4, section 4.1.4.3). Fields from
 * queue_size on belong to the queue that queue_select names. Unless noted, a field has 32 bits.
 */
public final class PciCommonConfig {
  public static final int DEVICE_FEATURE_SELECT = 0;
  public static final int DEVICE_FEATURE = 4;
  public static final int DRIVER_FEATURE_SELECT = 8;
  public static final int DRIVER_FEATURE = 12;

  /** 16 bits. */
  public static final int CONFIG_MSIX_VECTOR = 16;

  /** 16 bits, read-only. */
  public static final int NUM_QUEUES = 18;

  /** 8 bits. */
  public static final int DEVICE_STATUS = 20;

  /** 8 bits, read-only. */
  public static final int CONFIG_GENERATION = 21;

  /** 16 bits. */
  public static final int QUEUE_SELECT = 22;

  /** 16 bits; the largest size until the driver writes one. */
  public static final int QUEUE_SIZE = 24;

  /** 16 bits. */
  public static final int QUEUE_MSIX_VECTOR = 26;

  /** 16 bits. */
  public static final int QUEUE_ENABLE = 28;

  /** 16 bits, read-only. */
  public static final int QUEUE_NOTIFY_OFF = 30;

  /** 64 bits. */
  public static final int QUEUE_DESC = 32;

  /** 64 bits. */
  public static final int QUEUE_DRIVER = 40;

  /** 64 bits. */
  public static final int QUEUE_DEVICE = 48;

  /** 16 bits, read-only: what a notification carries instead of the queue's number. */
  public static final int QUEUE_NOTIF_CONFIG_DATA = 56;

  /** 16 bits. */
  public static final int QUEUE_RESET = 58;

  /** 16 bits, read-only; this and the next only with ADMIN_VQ. */
  public static final int ADMIN_QUEUE_INDEX = 60;

  public static final int SIZE = 64;

  /** What a vector reads as that is not mapped (section 4.1.5.1.2). */
  public static final int NO_VECTOR = 0xffff;

  private PciCommonConfig() {}
}
