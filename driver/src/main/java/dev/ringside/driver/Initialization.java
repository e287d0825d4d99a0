package dev.ringside.driver;

import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.ArrayList;
import java.util.List;

/**
 * How a driver brings a virtio block device up (virtio 1.4, section 3.1.1): reset, acknowledge,
 * negotiate features, set the queue up, and tell the device that the driver is ready.
 */
final class Initialization {
  /** The most data segments that this driver puts into a request. */
  private static final int MAX_SEGMENTS = 126;

  private static final long SUPPORTED_FEATURES =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.INDIRECT_DESC,
          Feature.EVENT_IDX,
          Feature.RING_PACKED,
          Feature.IN_ORDER,
          Feature.ACCESS_PLATFORM,
          Feature.ORDER_PLATFORM,
          Feature.NOTIFICATION_DATA,
          Feature.NOTIF_CONFIG_DATA,
          Feature.RING_RESET,
          Feature.SUSPEND,
          Feature.ANY_LAYOUT,
          Feature.BLK_SIZE_MAX,
          Feature.BLK_SEG_MAX,
          Feature.BLK_RO,
          Feature.BLK_BLK_SIZE,
          Feature.BLK_FLUSH,
          Feature.BLK_TOPOLOGY,
          Feature.BLK_MQ,
          Feature.BLK_CONFIG_WCE,
          Feature.BLK_DISCARD,
          Feature.BLK_WRITE_ZEROES,
          Feature.BLK_LIFETIME,
          Feature.BLK_SECURE_ERASE,
          Feature.BLK_ZONED);

  private final DeviceRegisters registers;
  private final Guest guest;
  private final DriverSettings settings;
  private int status;

  /** Steps that have not begun. */
  Initialization(DeviceRegisters registers, Guest guest, DriverSettings settings) {
    this.registers = registers;
    this.guest = guest;
    this.settings = settings;
  }

  /**
   * What came of it.
   *
   * @param features that driver and device agreed on
   * @param configuration where the limits of the device and of a request are read
   * @param setup how a queue is set up once more
   * @param rings of the request queues, at least one
   */
  record Agreed(
      long features, LimitsReader configuration, QueueSetup setup, List<QueueSetup.Ring> rings) {
    Agreed {
      rings = List.copyOf(rings);
    }
  }

  /**
   * Brings a device up.
   *
   * @throws BlockDeviceException when the device does not play along; it is told that the driver
   *     gave up
   */
  static VirtioBlkDriver start(DeviceRegisters registers, Guest guest, DriverSettings settings) {
    Initialization steps = new Initialization(registers, guest, settings);
    VirtioBlkDriver driver = new VirtioBlkDriver(registers, guest, settings, steps.agree());
    steps.ready();
    return driver;
  }

  /** The last step: the driver can take completions. */
  void ready() {
    add(DeviceStatus.DRIVER_OK);
  }

  private void add(int bit) {
    status |= bit;
    registers.setStatus(status);
  }

  /**
   * All steps but the last.
   *
   * @throws BlockDeviceException as {@link #start}
   */
  Agreed agree() {
    registers.setStatus(DeviceStatus.RESET);
    add(DeviceStatus.ACKNOWLEDGE);
    add(DeviceStatus.DRIVER);
    long features = negotiate();
    int count = queueCount(features);
    int size = queueSize(features, count);
    int segments = maxSegments(features, size);
    QueueSetup setup = new QueueSetup(registers, guest, settings, features, count, size, segments);
    return new Agreed(
        features,
        new LimitsReader(registers, features, size, segments),
        setup,
        enableQueues(setup, count));
  }

  private List<QueueSetup.Ring> enableQueues(QueueSetup setup, int count) {
    List<QueueSetup.Ring> rings = new ArrayList<>();
    try {
      for (int queue = 0; queue < count; queue++) {
        rings.add(setup.enable(queue));
      }
    } catch (BlockDeviceException | GuestOutOfMemoryException refused) {
      registers.setStatus(DeviceStatus.RESET);
      rings.forEach(QueueSetup.Ring::free);
      registers.setStatus(DeviceStatus.FAILED);
      throw refused;
    }
    return rings;
  }

  /** As many as were asked for, and the device has. */
  private int queueCount(long features) {
    return Feature.BLK_MQ.isIn(features)
        ? Math.clamp(registers.config16(BlkConfigLayout.NUM_QUEUES), 1, settings.queues())
        : 1;
  }

  private long negotiate() {
    long features = registers.deviceFeatures() & SUPPORTED_FEATURES & settings.features();
    if (settings.queues() == 1) {
      features &= ~Feature.BLK_MQ.mask();
    }
    if (registers.isLegacy()) {
      registers.setDriverFeatures(features);
      return features;
    }
    if (!Feature.VERSION_1.isIn(features)) {
      throw giveUp("the device does not offer VERSION_1");
    }
    if (Feature.BLK_ZONED.isIn(features)
        && registers.config8(BlkConfigLayout.ZONE_MODEL) == BlkZoneModel.HOST_MANAGED.code()) {
      // Section 5.2.5.1: not together with host-managed zones.
      features &= ~Feature.BLK_DISCARD.mask();
    }
    registers.setDriverFeatures(features);
    add(DeviceStatus.FEATURES_OK);
    if ((registers.status() & DeviceStatus.FEATURES_OK) == 0) {
      throw giveUp("the device refuses the features " + Feature.describe(features));
    }
    return features;
  }

  /**
   * The size of every queue. Only a packed ring can have one that is no power of two (virtio 1.4,
   * section 2.8).
   */
  private int queueSize(long features, int count) {
    int size = settings.queueSize();
    for (int queue = 0; queue < count; queue++) {
      int maxSize = registers.maxQueueSize(queue);
      if (maxSize == 0) {
        throw giveUp("the device has no queue " + queue);
      }
      size = Math.min(size, maxSize);
    }
    return Feature.RING_PACKED.isIn(features) ? size : Integer.highestOneBit(size);
  }

  /**
   * A chain may not be longer than the queue (virtio 1.4, section 2.7.5.3.1), but for a packed one
   * with indirect tables, where only the device limits it (section 2.8.7).
   */
  private int maxSegments(long features, int queueSize) {
    int offered =
        Feature.BLK_SEG_MAX.isIn(features) ? registers.config32(BlkConfigLayout.SEG_MAX) : 1;
    // A ZONE_APPEND has its sector besides.
    int others = IndirectTables.FRAMING + (Feature.BLK_ZONED.isIn(features) ? 1 : 0);
    boolean unlimited = Feature.RING_PACKED.isIn(features) && Feature.INDIRECT_DESC.isIn(features);
    int room = unlimited ? MAX_SEGMENTS : Math.min(queueSize - others, MAX_SEGMENTS);
    int segments = Math.min(offered, room);
    if (segments < 1) {
      throw giveUp("a queue of %d has no room for a request".formatted(queueSize));
    }
    return segments;
  }

  private BlockDeviceException giveUp(String reason) {
    registers.setStatus(registers.status() | DeviceStatus.FAILED);
    return new BlockDeviceException(reason);
  }
}
