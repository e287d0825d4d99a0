package dev.ringside.driver;

import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.Feature;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration space of a virtio block device into {@link BlockLimits}, as often as the
 * device changes it. Fields of features that were not agreed on are not read.
 */
final class LimitsReader {
  /** The largest {@code physical_block_exp} that can be the power of a block's size. */
  private static final int MAX_PHYSICAL_EXP = 15;

  /** After how many changes in a row the driver gives the device up. */
  private static final int MAX_ATTEMPTS = 1000;

  private final DeviceRegisters registers;
  private final long features;
  private final int queueDepth;
  private final int maxSegments;
  private int generation;

  /**
   * For a device whose features are agreed on.
   *
   * @param queueSize descriptors of the ring
   * @param maxSegments of a request, as the ring and the device allow
   */
  LimitsReader(DeviceRegisters registers, long features, int queueSize, int maxSegments) {
    this.registers = registers;
    this.features = features;
    this.maxSegments = maxSegments;
    this.queueDepth =
        has(Feature.INDIRECT_DESC) ? queueSize : queueSize / (1 + IndirectTables.FRAMING);
  }

  /** Whether the configuration space has changed since it was read. */
  boolean hasChanged() {
    return generation != registers.configGeneration();
  }

  /**
   * Reads until nothing has changed meanwhile (virtio 1.4, section 2.5.1).
   *
   * @throws BlockDeviceException when that does not happen
   */
  BlockLimits read() {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      generation = registers.configGeneration();
      BlockLimits limits = readOnce();
      if (!hasChanged()) {
        return limits;
      }
    }
    throw new BlockDeviceException(
        "the device changed its configuration %d times while it was read".formatted(MAX_ATTEMPTS));
  }

  private BlockLimits readOnce() {
    long capacity =
        u32(BlkConfigLayout.CAPACITY)
            | u32(BlkConfigLayout.CAPACITY + Integer.BYTES) << Integer.SIZE;
    int blockSize =
        has(Feature.BLK_BLK_SIZE)
            ? registers.config32(BlkConfigLayout.BLK_SIZE)
            : BlockLimits.SECTOR_SIZE;
    boolean topology = has(Feature.BLK_TOPOLOGY);
    int exponent =
        topology
            ? Math.min(registers.config8(BlkConfigLayout.PHYSICAL_BLOCK_EXP), MAX_PHYSICAL_EXP)
            : 0;
    long minIo = topology ? registers.config16(BlkConfigLayout.MIN_IO_SIZE) : 1;
    long optimalIo = topology ? u32(BlkConfigLayout.OPT_IO_SIZE) : 0;
    return new BlockLimits(
        capacity,
        blockSize,
        blockSize << exponent,
        minIo * blockSize,
        optimalIo * blockSize,
        maxSegments,
        maxSegmentBytes(),
        queueDepth,
        has(Feature.BLK_RO),
        has(Feature.BLK_FLUSH),
        has(Feature.BLK_CONFIG_WCE),
        has(Feature.BLK_DISCARD)
            ? ranges(
                BlkConfigLayout.MAX_DISCARD_SECTORS,
                BlkConfigLayout.MAX_DISCARD_SEG,
                u32(BlkConfigLayout.DISCARD_SECTOR_ALIGNMENT))
            : RangeLimits.NONE,
        has(Feature.BLK_WRITE_ZEROES)
            ? ranges(
                BlkConfigLayout.MAX_WRITE_ZEROES_SECTORS, BlkConfigLayout.MAX_WRITE_ZEROES_SEG, 1)
            : RangeLimits.NONE,
        has(Feature.BLK_WRITE_ZEROES)
            && registers.config8(BlkConfigLayout.WRITE_ZEROES_MAY_UNMAP) != 0,
        has(Feature.BLK_SECURE_ERASE)
            ? ranges(
                BlkConfigLayout.MAX_SECURE_ERASE_SECTORS,
                BlkConfigLayout.MAX_SECURE_ERASE_SEG,
                u32(BlkConfigLayout.SECURE_ERASE_SECTOR_ALIGNMENT))
            : RangeLimits.NONE,
        has(Feature.BLK_LIFETIME),
        has(Feature.BLK_ZONED) ? zones() : null);
  }

  /**
   * Devices are known that offer the feature and leave the field at 0, which would allow nothing.
   */
  private long maxSegmentBytes() {
    long told = has(Feature.BLK_SIZE_MAX) ? u32(BlkConfigLayout.SIZE_MAX) : 0;
    return told == 0 ? Integer.MAX_VALUE : told;
  }

  private RangeLimits ranges(int maxSectors, int maxRanges, long alignment) {
    long sectors = u32(maxSectors);
    int ranges = (int) Math.min(u32(maxRanges), RangeLimits.MOST_RANGES);
    return ranges == 0 ? RangeLimits.NONE : new RangeLimits(sectors, ranges, alignment);
  }

  private @Nullable ZoneLimits zones() {
    int code = registers.config8(BlkConfigLayout.ZONE_MODEL);
    BlkZoneModel model = BlkZoneModel.of(code);
    long zoneSectors = u32(BlkConfigLayout.ZONE_SECTORS);
    long granularity = u32(BlkConfigLayout.WRITE_GRANULARITY);
    if (model == BlkZoneModel.NONE) {
      return null;
    }
    if (model == null || zoneSectors == 0 || granularity == 0) {
      throw new BlockDeviceException(
          "the device has zones of model %d, %d sectors and a granularity of %d"
              .formatted(code, zoneSectors, granularity));
    }
    return new ZoneLimits(
        model,
        zoneSectors,
        u32(BlkConfigLayout.MAX_OPEN_ZONES),
        u32(BlkConfigLayout.MAX_ACTIVE_ZONES),
        u32(BlkConfigLayout.MAX_APPEND_SECTORS),
        granularity);
  }

  private boolean has(Feature feature) {
    return feature.isIn(features);
  }

  private long u32(int field) {
    return registers.config32(field) & 0xffff_ffffL;
  }
}
