package dev.ringside.virtio.spec;

/** Device types (virtio 1.4, section 5). */
public final class DeviceId {
  /** A placeholder in the system's memory map: no device. */
  public static final int NONE = 0;

  public static final int BLOCK = 2;

  private DeviceId() {}
}
