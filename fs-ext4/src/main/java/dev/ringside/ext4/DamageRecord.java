package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskIo;
import dev.ringside.ext4.cache.IoBatch;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.format.Superblock;
import dev.ringside.machine.FrameAllocator;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;

/**
 * Notes on the disk that damage was met, so that whoever mounts it next knows. The superblock is
 * taken from the disk: what is in memory may say what was never committed.
 */
final class DamageRecord {
  private final BlockDevice device;
  private final InstantSource time;

  DamageRecord(BlockDevice device, InstantSource time) {
    this.device = device;
    this.time = time;
  }

  /** Writes the note, if the disk still takes it. */
  void record(Throwable cause) {
    FrameAllocator frames = device.frames();
    DiskIo io = new DiskIo(device);
    IoBatch batch = io.batch();
    long address = frames.allocate(Superblock.SIZE);
    try {
      io.read(batch, Superblock.DISK_OFFSET, address, Superblock.SIZE);
      io.await(batch);
      MemorySegment bytes = device.memory().slice(address, Superblock.SIZE);
      Superblock onDisk = Superblock.parse(bytes);
      onDisk.history().recordError(time.instant(), cause.getClass().getSimpleName());
      onDisk.sealInto(bytes);
      io.write(batch, Superblock.DISK_OFFSET, address, Superblock.SIZE);
      io.flush(batch);
      io.await(batch);
    } catch (Ext4Exception unwritable) {
      // The mount has stopped because of another failure, which is told; this one adds to it.
      cause.addSuppressed(unwritable);
    } finally {
      frames.free(address, Superblock.SIZE);
    }
  }
}
