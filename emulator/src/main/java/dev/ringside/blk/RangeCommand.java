package dev.ringside.blk;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.LittleEndian;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * DISCARD, WRITE_ZEROES and SECURE_ERASE: requests whose data is a list of ranges (virtio 1.4,
 * section 5.2.6). The list is copied once, checked as a whole, and then carried out in its order.
 * When the storage fails at a range, those before it have been carried out.
 */
final class RangeCommand {
  private final Disk disk;
  private final MemorySegment ranges =
      MemorySegment.ofArray(new byte[RangeLimits.MOST_RANGES * BlkRequestLayout.RANGE_SIZE]);

  RangeCommand(Disk disk) {
    this.disk = disk;
  }

  /** The unmap flag of a DISCARD, like every other flag, is not supported. */
  int discard(IoVector data) throws IOException {
    RangeLimits limits = disk.profile().discard();
    int status = check(data, Feature.BLK_DISCARD, limits, 0);
    int count = status == BlkStatus.OK ? count(data) : 0;
    for (int i = 0; i < count; i++) {
      disk.storage().discard(position(i), length(i));
    }
    settle(count);
    return status;
  }

  int writeZeroes(IoVector data) throws IOException {
    RangeLimits limits = disk.profile().writeZeroes();
    int status = check(data, Feature.BLK_WRITE_ZEROES, limits, BlkRequestLayout.RANGE_FLAG_UNMAP);
    int count = status == BlkStatus.OK ? count(data) : 0;
    for (int i = 0; i < count; i++) {
      disk.storage().writeZeroes(position(i), length(i), flags(i) != 0);
      disk.noteWrite(sector(i), length(i));
    }
    settle(count);
    return status;
  }

  int secureErase(IoVector data) throws IOException {
    RangeLimits limits = disk.profile().secureErase();
    int status = check(data, Feature.BLK_SECURE_ERASE, limits, 0);
    int count = status == BlkStatus.OK ? count(data) : 0;
    ZonedDisk zones = disk.zones();
    for (int i = 0; i < count && status == BlkStatus.OK; i++) {
      if (zones != null) {
        status = zones.erase(sector(i), sectors(i));
      } else {
        disk.storage().secureErase(position(i), length(i));
      }
    }
    settle(count);
    return status;
  }

  private void settle(int count) throws IOException {
    if (count > 0) {
      disk.settle();
    }
  }

  private int check(IoVector data, Feature feature, RangeLimits limits, int knownFlags) {
    if (disk.storage().readOnly()) {
      return BlkStatus.IOERR;
    }
    if (!disk.has(feature)) {
      return BlkStatus.UNSUPP;
    }
    long count = data.bytes() / BlkRequestLayout.RANGE_SIZE;
    if (data.bytes() % BlkRequestLayout.RANGE_SIZE != 0
        || count < 1
        || count > limits.maxRanges()) {
      return BlkStatus.IOERR;
    }
    data.copyTo(ranges);
    int status = BlkStatus.OK;
    for (int i = 0; i < count; i++) {
      // An unknown flag in any range makes the request one that this device does not support.
      if ((flags(i) & ~knownFlags) != 0) {
        return BlkStatus.UNSUPP;
      }
      if (sectors(i) > limits.maxSectors() || !disk.contains(sector(i), length(i))) {
        status = BlkStatus.IOERR;
      }
    }
    return status;
  }

  private static int count(IoVector data) {
    return (int) (data.bytes() / BlkRequestLayout.RANGE_SIZE);
  }

  private long sector(int range) {
    return LittleEndian.getU64(ranges, at(range) + BlkRequestLayout.RANGE_SECTOR);
  }

  private long sectors(int range) {
    return LittleEndian.getU32(ranges, at(range) + BlkRequestLayout.RANGE_NUM_SECTORS)
        & 0xffff_ffffL;
  }

  private int flags(int range) {
    return LittleEndian.getU32(ranges, at(range) + BlkRequestLayout.RANGE_FLAGS);
  }

  private long position(int range) {
    return sector(range) * BlkRequestLayout.SECTOR_SIZE;
  }

  private long length(int range) {
    return sectors(range) * BlkRequestLayout.SECTOR_SIZE;
  }

  private static long at(int range) {
    return (long) range * BlkRequestLayout.RANGE_SIZE;
  }
}
