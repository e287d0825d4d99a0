package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockCompletion;
import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockDeviceException;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.BlockStatus;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of the disk into guest memory in batches: {@link #add} puts requests into the ring
 * and notifies nobody, {@link #finish} kicks once and reaps until all have ended.
 *
 * <p>One batch at a time. A batch that was started must be finished, even when something else
 * failed in between, because the device still writes into its memory.
 */
public final class DiskReader {
  private final BlockDevice device;
  private final long maxRequestBytes;
  private final int maxSegmentBytes;
  private final ArrayDeque<BlockRequest> idle = new ArrayDeque<>();
  private final BlockCompletion completion = this::completed;

  /** Memory of this batch's copies that are not quite their blocks yet. */
  private final List<MemorySegment> altered = new ArrayList<>();

  private int outstanding;
  private int blockSize = BlockLimits.SECTOR_SIZE;
  private @Nullable NewerCopies copies;
  private long failedSector;
  private @Nullable BlockStatus failure;

  /** Nothing is read yet. */
  public DiskReader(BlockDevice device) {
    this.device = device;
    BlockLimits limits = device.limits();
    long segment = Math.min(limits.maxSegmentBytes(), Integer.MAX_VALUE);
    this.maxSegmentBytes = (int) (segment - segment % BlockLimits.SECTOR_SIZE);
    this.maxRequestBytes = (long) maxSegmentBytes * limits.maxSegments();
    if (maxSegmentBytes <= 0 || maxRequestBytes <= 0) {
      throw new IllegalArgumentException("a disk whose requests cannot hold a sector: " + limits);
    }
  }

  /**
   * Reads blocks from where their newer copies lie from now on.
   *
   * @param size of a block, in bytes
   */
  public void use(NewerCopies newer, int size) {
    copies = newer;
    blockSize = size;
  }

  /**
   * Adds a range to the batch. A range that one request cannot hold becomes several.
   *
   * @param position on the disk in bytes, a multiple of the sector size
   * @param address guest-physical, of contiguous memory
   * @param length in bytes, a positive multiple of the sector size
   * @throws Ext4CorruptedException when the range is not on the disk; nothing of it was added
   * @throws Ext4Exception with {@link Errno#EIO} when the device is broken
   */
  public void add(long position, long address, long length) throws Ext4Exception {
    if (((position | length) & (BlockLimits.SECTOR_SIZE - 1)) != 0 || length <= 0) {
      throw new IllegalArgumentException(
          "%d bytes at %d are not whole sectors".formatted(length, position));
    }
    long diskBytes = device.limits().bytes();
    if (position < 0 || length > diskBytes || position > diskBytes - length) {
      throw new Ext4CorruptedException(
          "disk",
          "%d bytes at byte %d are wanted, but it has %d bytes; is the image cut off?"
              .formatted(length, position, diskBytes));
    }
    if (copies == null) {
      addRequests(position, address, length);
    } else {
      addNewest(copies, position, address, length);
    }
  }

  /** Block by block where there is a copy, and all between at once. */
  private void addNewest(NewerCopies newer, long position, long address, long length)
      throws Ext4Exception {
    long start = 0;
    long done = 0;
    while (done < length) {
      long block = (position + done) / blockSize;
      long inBlock = (position + done) % blockSize;
      long part = Math.min(blockSize - inBlock, length - done);
      long place = newer.placeOf(block);
      if (place != NewerCopies.NONE) {
        if (start < done) {
          addRequests(position + start, address + start, done - start);
        }
        addRequests(place * blockSize + inBlock, address + done, part);
        if (inBlock == 0 && newer.isAltered(block)) {
          altered.add(device.memory().slice(address + done, part));
        }
        start = done + part;
      }
      done += part;
    }
    if (start < length) {
      addRequests(position + start, address + start, length - start);
    }
  }

  private void addRequests(long position, long address, long length) throws Ext4Exception {
    long done = 0;
    while (done < length) {
      long part = Math.min(maxRequestBytes, length - done);
      BlockRequest request = takeRequest();
      request.read((position + done) / BlockLimits.SECTOR_SIZE);
      for (long offset = 0; offset < part; offset += maxSegmentBytes) {
        request.segment(address + done + offset, (int) Math.min(maxSegmentBytes, part - offset));
      }
      submit(request);
      done += part;
    }
  }

  private BlockRequest takeRequest() {
    BlockRequest request = idle.poll();
    return request != null ? request : new BlockRequest().onCompletion(completion);
  }

  private void submit(BlockRequest request) throws Ext4Exception {
    try {
      while (!device.submit(request)) {
        device.kick();
        reapSome();
      }
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
    outstanding++;
  }

  private static Ext4Exception failed(BlockDeviceException broken) {
    Ext4Exception failure =
        new Ext4Exception(Errno.EIO, "disk", String.valueOf(broken.getMessage()));
    failure.initCause(broken);
    return failure;
  }

  private void reapSome() {
    while (device.reap() == 0) {
      device.await();
    }
  }

  private void completed(BlockRequest request) {
    outstanding--;
    if (request.status() != BlockStatus.OK && failure == null) {
      failure = request.status();
      failedSector = request.sector();
    }
    idle.add(request);
  }

  /**
   * Ends the batch: all its memory is filled when this returns.
   *
   * @throws Ext4Exception with {@link Errno#EIO} when a request failed, or the device is broken
   */
  public void finish() throws Ext4Exception {
    try {
      device.kick();
      while (outstanding > 0) {
        reapSome();
      }
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
    if (failure != null) {
      BlockStatus status = failure;
      failure = null;
      altered.clear();
      throw new Ext4Exception(
          Errno.EIO, "disk", "a read at sector %d ended with %s".formatted(failedSector, status));
    }
    if (copies != null) {
      altered.forEach(copies::restore);
      altered.clear();
    }
  }

  /** A batch of one range. */
  public void read(long position, long address, long length) throws Ext4Exception {
    add(position, address, length);
    finish();
  }
}
