package dev.ringside.virtio.spec;

/** The status byte of a virtio-blk request (virtio 1.4, section 5.2.6). */
public final class BlkStatus {
  public static final int OK = 0;
  public static final int IOERR = 1;
  public static final int UNSUPP = 2;

  private BlkStatus() {}
}
