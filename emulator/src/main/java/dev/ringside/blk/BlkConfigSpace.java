package dev.ringside.blk;

import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkZoneModel;
import dev.ringside.virtio.spec.Feature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of {@link BlkConfigLayout}. Fields of features that are not offered are zero. Who calls
 * serialises: the function does, so that a change and its generation are seen together.
 */
final class BlkConfigSpace {
  private static final int HEADS = 16;
  private static final int SECTORS_PER_TRACK = 63;
  private static final int MAX_CYLINDERS = 0xffff;

  private final ByteBuffer bytes =
      ByteBuffer.allocate(BlkConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final long features;

  /**
   * Fills in what never changes.
   *
   * @param features that are offered
   * @param mayUnmap whether a write of zeros can give space back
   */
  BlkConfigSpace(BlkSettings settings, long features, int maxSegments, boolean mayUnmap) {
    this.features = features;
    DiskProfile disk = settings.disk();
    putInt(Feature.BLK_SIZE_MAX, BlkConfigLayout.SIZE_MAX, disk.maxSegmentBytes());
    putInt(Feature.BLK_SEG_MAX, BlkConfigLayout.SEG_MAX, maxSegments);
    putInt(Feature.BLK_BLK_SIZE, BlkConfigLayout.BLK_SIZE, disk.blockSize());
    if (Feature.BLK_TOPOLOGY.isIn(features)) {
      int blocks = disk.physicalBlockSize() / disk.blockSize();
      bytes.put(BlkConfigLayout.PHYSICAL_BLOCK_EXP, (byte) Integer.numberOfTrailingZeros(blocks));
      bytes.putShort(BlkConfigLayout.MIN_IO_SIZE, (short) blocks);
      bytes.putInt(BlkConfigLayout.OPT_IO_SIZE, disk.optimalIoSize() / disk.blockSize());
    }
    if (Feature.BLK_MQ.isIn(features)) {
      bytes.putShort(BlkConfigLayout.NUM_QUEUES, (short) settings.queues());
    }
    putLimits(
        Feature.BLK_DISCARD,
        disk.discard(),
        BlkConfigLayout.MAX_DISCARD_SECTORS,
        BlkConfigLayout.MAX_DISCARD_SEG);
    putInt(
        Feature.BLK_DISCARD, BlkConfigLayout.DISCARD_SECTOR_ALIGNMENT, disk.discard().alignment());
    putLimits(
        Feature.BLK_WRITE_ZEROES,
        disk.writeZeroes(),
        BlkConfigLayout.MAX_WRITE_ZEROES_SECTORS,
        BlkConfigLayout.MAX_WRITE_ZEROES_SEG);
    if (Feature.BLK_WRITE_ZEROES.isIn(features) && mayUnmap) {
      bytes.put(BlkConfigLayout.WRITE_ZEROES_MAY_UNMAP, (byte) 1);
    }
    putLimits(
        Feature.BLK_SECURE_ERASE,
        disk.secureErase(),
        BlkConfigLayout.MAX_SECURE_ERASE_SECTORS,
        BlkConfigLayout.MAX_SECURE_ERASE_SEG);
    putInt(
        Feature.BLK_SECURE_ERASE,
        BlkConfigLayout.SECURE_ERASE_SECTOR_ALIGNMENT,
        eraseAlignment(disk));
  }

  /** On a zoned disk only whole zones can be erased (section 5.2.6). */
  private static int eraseAlignment(DiskProfile disk) {
    ZoneLayout zones = disk.zones();
    return zones == null || zones.model() == BlkZoneModel.NONE
        ? disk.secureErase().alignment()
        : zones.zoneSectors();
  }

  private void putInt(Feature feature, int offset, int value) {
    if (feature.isIn(features)) {
      bytes.putInt(offset, value);
    }
  }

  private void putLimits(Feature feature, RangeLimits limits, int sectors, int ranges) {
    putInt(feature, sectors, limits.maxSectors());
    putInt(feature, ranges, limits.maxRanges());
  }

  /** Changes the capacity, and the geometry that old software wants of it. */
  void setCapacity(long sectors) {
    bytes.putLong(BlkConfigLayout.CAPACITY, sectors);
    if (Feature.BLK_GEOMETRY.isIn(features)) {
      long cylinders = Math.min(sectors / (HEADS * SECTORS_PER_TRACK), MAX_CYLINDERS);
      bytes.putShort(BlkConfigLayout.GEOMETRY_CYLINDERS, (short) cylinders);
      bytes.put(BlkConfigLayout.GEOMETRY_HEADS, (byte) HEADS);
      bytes.put(BlkConfigLayout.GEOMETRY_SECTORS, (byte) SECTORS_PER_TRACK);
    }
  }

  /** Shows a cache mode; without CONFIG_WCE there is no such field. */
  void setWriteback(boolean writeback) {
    if (Feature.BLK_CONFIG_WCE.isIn(features)) {
      bytes.put(
          BlkConfigLayout.CACHE_MODE,
          (byte) (writeback ? BlkConfigLayout.WRITEBACK : BlkConfigLayout.WRITETHROUGH));
    }
  }

  /**
   * Shows the zones.
   *
   * @param zones null sets their fields to zero
   */
  void setZones(@Nullable ZoneLayout zones) {
    if (!Feature.BLK_ZONED.isIn(features)) {
      return;
    }
    for (int at = BlkConfigLayout.ZONE_SECTORS; at < BlkConfigLayout.SIZE; at++) {
      bytes.put(at, (byte) 0);
    }
    if (zones != null) {
      bytes.putInt(BlkConfigLayout.ZONE_SECTORS, zones.zoneSectors());
      bytes.putInt(BlkConfigLayout.MAX_OPEN_ZONES, zones.maxOpen());
      bytes.putInt(BlkConfigLayout.MAX_ACTIVE_ZONES, zones.maxActive());
      bytes.putInt(BlkConfigLayout.MAX_APPEND_SECTORS, zones.maxAppendSectors());
      bytes.putInt(BlkConfigLayout.WRITE_GRANULARITY, zones.writeGranularity());
      bytes.put(BlkConfigLayout.ZONE_MODEL, (byte) zones.model().code());
    }
  }

  /** Reads a number of 1, 2, 4 or 8 bytes that lies inside. */
  long read(int offset, int width) {
    return switch (width) {
      case Byte.BYTES -> bytes.get(offset) & 0xffL;
      case Short.BYTES -> bytes.getShort(offset) & 0xffffL;
      case Integer.BYTES -> bytes.getInt(offset) & 0xffff_ffffL;
      default -> bytes.getLong(offset);
    };
  }
}
