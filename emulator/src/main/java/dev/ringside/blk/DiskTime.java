package dev.ringside.blk;

import dev.ringside.machine.Scheduler;
import dev.ringside.storage.ServiceStation;
import dev.ringside.storage.Storage;
import dev.ringside.storage.StorageOperation;
import org.jspecify.annotations.Nullable;

/** Sends transfers through the disk's {@link ServiceStation}. */
final class DiskTime {
  private final ServiceStation station;
  private final Scheduler scheduler;
  private final Disk disk;

  DiskTime(ServiceStation station, Scheduler scheduler, Disk disk) {
    this.station = station;
    this.scheduler = scheduler;
    this.disk = disk;
  }

  /**
   * A request, with those that go along with it, arrives at the disk; its visit then says when that
   * works on it. What asks nothing of the storage begins and ends at once.
   */
  void arrive(ServiceSlot first) {
    BlkRequest request = first.request();
    StorageOperation operation = request.storageOperation();
    long now = scheduler.clock().nanoTime();
    if (operation == null) {
      first.visit().passThrough(now);
      return;
    }
    long bytes = 0;
    for (@Nullable ServiceSlot slot = first; slot != null; slot = slot.follower()) {
      bytes += operation == StorageOperation.RANGE ? 0 : slot.request().bytes();
    }
    boolean changes = operation == StorageOperation.WRITE || operation == StorageOperation.RANGE;
    station.arrive(
        first.visit(),
        now,
        operation,
        position(request.sector()),
        bytes,
        changes && !disk.cache().isWriteback());
  }

  /** A guest's sector may lie past all bounds; where, then, does not matter. */
  private static long position(long sector) {
    return Math.clamp(sector, 0, Long.MAX_VALUE >>> 12) * Storage.SECTOR_SIZE;
  }

  /** On a worker, which waits until this time. */
  void waitUntil(long time) {
    scheduler.sleep(time - scheduler.clock().nanoTime());
  }
}
