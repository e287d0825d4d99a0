package dev.ringside.virtio.spec;

/** Bits of the device status field (virtio 1.4, section 2.1). */
public final class DeviceStatus {
  /** The value that resets the device when written, and reads back when the reset is complete. */
  public static final int RESET = 0;

  public static final int ACKNOWLEDGE = 1;
  public static final int DRIVER = 2;
  public static final int DRIVER_OK = 4;
  public static final int FEATURES_OK = 8;

  /** The device is suspended; then {@link #DRIVER_OK} is clear (section 3.4). */
  public static final int SUSPEND = 16;

  public static final int NEEDS_RESET = 64;
  public static final int FAILED = 128;

  private DeviceStatus() {}
}
