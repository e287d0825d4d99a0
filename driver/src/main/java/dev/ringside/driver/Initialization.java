package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;

/**
 * How a driver brings a virtio block device up (virtio 1.4, section 3.1.1): reset, acknowledge,
 * negotiate features, set the queue up, and tell the device that the driver is ready.
 */
final class Initialization {
  /** The one queue that this driver uses. */
  static final int QUEUE = 0;

  /** Buffers of a request besides its data: header and status. */
  static final int FRAMING_BUFFERS = 2;

  /** The most data segments that this driver puts into a request. */
  private static final int MAX_SEGMENTS = 126;

  private static final long SUPPORTED_FEATURES =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.INDIRECT_DESC,
          Feature.EVENT_IDX,
          Feature.ACCESS_PLATFORM,
          Feature.ORDER_PLATFORM,
          Feature.NOTIFICATION_DATA,
          Feature.NOTIF_CONFIG_DATA,
          Feature.RING_RESET,
          Feature.SUSPEND,
          Feature.ANY_LAYOUT,
          Feature.BLK_SIZE_MAX,
          Feature.BLK_SEG_MAX,
          Feature.BLK_BLK_SIZE,
          Feature.BLK_RO,
          Feature.BLK_FLUSH,
          Feature.BLK_DISCARD);

  private final DeviceRegisters registers;
  private final Guest guest;
  private final DriverSettings settings;
  private int status;

  private Initialization(DeviceRegisters registers, Guest guest, DriverSettings settings) {
    this.registers = registers;
    this.guest = guest;
    this.settings = settings;
  }

  /**
   * What came of it.
   *
   * @param features that driver and device agreed on
   * @param limits of the device, and of a request
   * @param queue enabled, and empty
   */
  record Agreed(long features, BlockLimits limits, DriverQueue queue) {}

  /**
   * Brings a device up.
   *
   * @throws BlockDeviceException when the device does not play along; it is told that the driver
   *     gave up
   */
  static VirtioBlkDriver start(DeviceRegisters registers, Guest guest, DriverSettings settings) {
    Initialization steps = new Initialization(registers, guest, settings);
    VirtioBlkDriver driver = new VirtioBlkDriver(registers, guest, settings, steps.agree());
    steps.add(DeviceStatus.DRIVER_OK);
    return driver;
  }

  private void add(int bit) {
    status |= bit;
    registers.setStatus(status);
  }

  private Agreed agree() {
    registers.setStatus(DeviceStatus.RESET);
    add(DeviceStatus.ACKNOWLEDGE);
    add(DeviceStatus.DRIVER);
    long features = negotiate();
    int maxSize = registers.maxQueueSize(QUEUE);
    if (maxSize == 0) {
      throw giveUp("the device has no queue");
    }
    int size = Math.min(settings.queueSize(), Integer.highestOneBit(maxSize));
    int segments = maxSegments(features, size);
    return new Agreed(
        features, limits(features, size, segments), enableQueue(features, size, segments));
  }

  private long negotiate() {
    long features = registers.deviceFeatures() & SUPPORTED_FEATURES & settings.features();
    if (registers.isLegacy()) {
      registers.setDriverFeatures(features);
      return features;
    }
    if (!Feature.VERSION_1.isIn(features)) {
      throw giveUp("the device does not offer VERSION_1");
    }
    registers.setDriverFeatures(features);
    add(DeviceStatus.FEATURES_OK);
    if ((registers.status() & DeviceStatus.FEATURES_OK) == 0) {
      throw giveUp("the device refuses the features " + Feature.describe(features));
    }
    return features;
  }

  /** A chain may not be longer than the queue (virtio 1.4, section 2.7.5.3.1). */
  private int maxSegments(long features, int queueSize) {
    int offered =
        Feature.BLK_SEG_MAX.isIn(features) ? registers.config32(BlkConfigLayout.SEG_MAX) : 1;
    int segments = Math.min(Math.min(offered, queueSize - FRAMING_BUFFERS), MAX_SEGMENTS);
    if (segments < 1) {
      throw giveUp("a queue of %d has no room for a request".formatted(queueSize));
    }
    return segments;
  }

  private DriverQueue enableQueue(long features, int size, int segments) {
    SplitDriverQueue queue =
        new SplitDriverQueue(
            guest.memory(),
            guest.frames(),
            registers.isLegacy()
                ? RingAreas.contiguous(guest.frames(), size)
                : RingAreas.separate(guest.frames(), size),
            size,
            segments + FRAMING_BUFFERS,
            features);
    if (!registers.enableQueue(
        QUEUE, size, queue.descriptorArea(), queue.driverArea(), queue.deviceArea())) {
      throw giveUp("the device does not enable its queue of " + size);
    }
    if (settings.completion() == CompletionPolicy.SPIN) {
      queue.disableInterrupts();
    }
    return queue;
  }

  /**
   * Reads the configuration space until it did not change meanwhile (virtio 1.4, section 2.5.1).
   */
  private BlockLimits limits(long features, int queueSize, int segments) {
    while (true) {
      int generation = registers.configGeneration();
      long capacity =
          unsigned(BlkConfigLayout.CAPACITY)
              | unsigned(BlkConfigLayout.CAPACITY + Integer.BYTES) << Integer.SIZE;
      int blockSize =
          Feature.BLK_BLK_SIZE.isIn(features)
              ? registers.config32(BlkConfigLayout.BLK_SIZE)
              : BlockLimits.SECTOR_SIZE;
      long segmentBytes =
          Feature.BLK_SIZE_MAX.isIn(features)
              ? unsigned(BlkConfigLayout.SIZE_MAX)
              : Integer.MAX_VALUE;
      long discardSectors =
          Feature.BLK_DISCARD.isIn(features) ? unsigned(BlkConfigLayout.MAX_DISCARD_SECTORS) : 0;
      if (generation == registers.configGeneration()) {
        boolean indirect = Feature.INDIRECT_DESC.isIn(features);
        return new BlockLimits(
            capacity,
            blockSize,
            segments,
            segmentBytes,
            indirect ? queueSize : queueSize / (1 + FRAMING_BUFFERS),
            Feature.BLK_RO.isIn(features),
            Feature.BLK_FLUSH.isIn(features),
            discardSectors);
      }
    }
  }

  private long unsigned(int field) {
    return registers.config32(field) & 0xffff_ffffL;
  }

  private BlockDeviceException giveUp(String reason) {
    registers.setStatus(registers.status() | DeviceStatus.FAILED);
    return new BlockDeviceException(reason);
  }
}
