package dev.ringside.virtio.spec;

/**
 * A virtio-blk request as the driver lays it into a chain (virtio 1.4, section 5.2.6). How the
 * bytes are cut into descriptors is the driver's choice (section 2.7.4.2).
 *
 * <pre>
 *   device-readable                          device-writable
 *   0        4          8        16               last byte
 *   | type   | reserved | sector | data (OUT) |   data (IN) | status |
 *
 * ZONE_APPEND, which writes and returns where:
 *   | type   | reserved | sector | data       |   append_sector | status |
 *
 * data of DISCARD, WRITE_ZEROES and SECURE_ERASE, any number of times:
 *   0        8             12      16
 *   | sector | num_sectors | flags |
 * </pre>
 */
public final class BlkRequestLayout {
  public static final int HEADER_TYPE = 0;
  public static final int HEADER_SECTOR = 8;
  public static final int HEADER_SIZE = 16;
  public static final int STATUS_SIZE = 1;

  /** Length of the sector number in front of the status byte of a ZONE_APPEND. */
  public static final int APPEND_SECTOR_SIZE = 8;

  /** Bytes in a sector, the unit of every address, whatever the block size (section 5.2.4). */
  public static final int SECTOR_SIZE = 512;

  /** Length of the string that GET_ID returns (section 5.2.6). */
  public static final int ID_BYTES = 20;

  public static final int RANGE_SECTOR = 0;
  public static final int RANGE_NUM_SECTORS = 8;
  public static final int RANGE_FLAGS = 12;
  public static final int RANGE_SIZE = 16;

  /** Flag of a WRITE_ZEROES range: the device may give the sectors' space back. */
  public static final int RANGE_FLAG_UNMAP = 1;

  private BlkRequestLayout() {}
}
