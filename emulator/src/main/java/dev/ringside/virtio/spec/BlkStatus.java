package dev.ringside.virtio.spec;

/** The status byte of a virtio-blk request (virtio 1.4, section 5.2.6). */
public final class BlkStatus {
  public static final int OK = 0;

  /** An error of the device or the driver. */
  public static final int IOERR = 1;

  /** The device does not support the request. */
  public static final int UNSUPP = 2;

  /** The zone's type, condition or bounds do not allow the request. */
  public static final int ZONE_INVALID_CMD = 3;

  /** A write to a sequential zone elsewhere than at its write pointer. */
  public static final int ZONE_UNALIGNED_WP = 4;

  /** As many zones are open as can be. */
  public static final int ZONE_OPEN_RESOURCE = 5;

  /** As many zones are active as can be. */
  public static final int ZONE_ACTIVE_RESOURCE = 6;

  private BlkStatus() {}
}
