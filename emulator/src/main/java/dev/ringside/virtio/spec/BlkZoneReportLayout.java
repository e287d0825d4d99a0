package dev.ringside.virtio.spec;

/**
 * What ZONE_REPORT returns (virtio 1.4, section 5.2.6), little-endian: a header and a descriptor
 * for each zone.
 *
 * <pre>
 *   0          8              64
 *   | nr_zones | reserved[56] | descriptor | descriptor | ...
 *
 *   descriptor
 *   0       8         16     24       25        26             64
 *   | z_cap | z_start | z_wp | z_type | z_state | reserved[38] |
 * </pre>
 */
public final class BlkZoneReportLayout {
  public static final int NR_ZONES = 0;
  public static final int HEADER_SIZE = 64;

  /** Sectors that can be written when the zone is empty. */
  public static final int ZONE_CAPACITY = 0;

  /** The zone's first sector. */
  public static final int ZONE_START = 8;

  /** The sector to write next. */
  public static final int ZONE_WRITE_POINTER = 16;

  /** A {@link BlkZoneType}. */
  public static final int ZONE_TYPE = 24;

  /** A {@link BlkZoneState}. */
  public static final int ZONE_STATE = 25;

  public static final int DESCRIPTOR_SIZE = 64;

  private BlkZoneReportLayout() {}
}
