package dev.ringside.virtio.spec;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Feature bits: those of virtio-blk (virtio 1.4, section 5.2.3) and those of the rings and
 * transports (section 6). A set of features is a {@code long} with a bit for each.
 */
public enum Feature {
  /** Legacy: requests can be barriers. */
  BLK_BARRIER(0),
  /** Maximum size of a segment is in {@code size_max}. */
  BLK_SIZE_MAX(1),
  /** Maximum number of segments in a request is in {@code seg_max}. */
  BLK_SEG_MAX(2),
  /** Disk-style geometry is in {@code geometry}. */
  BLK_GEOMETRY(4),
  /** The device is read-only. */
  BLK_RO(5),
  /** Block size of the disk is in {@code blk_size}. */
  BLK_BLK_SIZE(6),
  /** Legacy: requests can be SCSI packet commands. */
  BLK_SCSI(7),
  /** Cache flush command. */
  BLK_FLUSH(9),
  /** Optimal I/O alignment is in {@code topology}. */
  BLK_TOPOLOGY(10),
  /** The device can toggle its cache between writeback and writethrough. */
  BLK_CONFIG_WCE(11),
  /** Several queues. */
  BLK_MQ(12),
  /** Discard command. */
  BLK_DISCARD(13),
  /** Write-zeroes command. */
  BLK_WRITE_ZEROES(14),
  /** Storage lifetime information. */
  BLK_LIFETIME(15),
  /** Secure erase command. */
  BLK_SECURE_ERASE(16),
  /** Zoned storage. */
  BLK_ZONED(17),
  /** Legacy: an interrupt when the available ring is empty, whatever else was asked for. */
  NOTIFY_ON_EMPTY(24),
  /** Legacy: the device makes no assumptions about the framing of messages. */
  ANY_LAYOUT(27),
  /** Indirect descriptors (section 2.7.5.3). */
  INDIRECT_DESC(28),
  /** {@code used_event} and {@code avail_event} (sections 2.7.7 and 2.7.10). */
  EVENT_IDX(29),
  /** The device complies with version 1 of the specification. */
  VERSION_1(32),
  /** The device's access to memory is limited or translated by the platform. */
  ACCESS_PLATFORM(33),
  /** Packed virtqueue layout (section 2.8). */
  RING_PACKED(34),
  /** Buffers are used in the order in which they were made available. */
  IN_ORDER(35),
  /** Memory accesses are ordered as the platform orders them. */
  ORDER_PLATFORM(36),
  /** Single root I/O virtualization. */
  SR_IOV(37),
  /** A notification carries extra data. */
  NOTIFICATION_DATA(38),
  /** A notification carries data that the device supplied. */
  NOTIF_CONFIG_DATA(39),
  /** A single queue can be reset. */
  RING_RESET(40),
  /** Administration virtqueues. */
  ADMIN_VQ(41),
  /** The device can be suspended. */
  SUSPEND(43);

  private final int bit;

  Feature(int bit) {
    this.bit = bit;
  }

  /** The bit's number, 0 to 63. */
  public int bit() {
    return bit;
  }

  /** A set of this feature alone. */
  public long mask() {
    return 1L << bit;
  }

  /** Whether a set has this feature. */
  public boolean isIn(long features) {
    return (features & mask()) != 0;
  }

  /** A set of features. */
  public static long setOf(Feature... features) {
    long set = 0;
    for (Feature feature : features) {
      set |= feature.mask();
    }
    return set;
  }

  /** The names of a set's known features, for reports. */
  public static String describe(long features) {
    return Arrays.stream(values())
        .filter(feature -> feature.isIn(features))
        .map(Feature::name)
        .collect(Collectors.joining(" "));
  }
}
