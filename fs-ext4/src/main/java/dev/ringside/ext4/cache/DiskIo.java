package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockDeviceException;
import dev.ringside.driver.BlockLimits;
import dev.ringside.driver.BlockOperation;
import dev.ringside.driver.BlockRequest;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.util.ArrayDeque;

/**
 * The filesystem's way to its disk. Requests gather in batches and go into the ring without a
 * notification; {@link #start} kicks once, {@link #await} reaps until a batch has ended. Several
 * batches can be under way at the same time: a log that is written, blocks that go home.
 *
 * <p>Pieces that follow each other on the disk become one request with a segment for each, as long
 * as the device's limits allow, so whoever adds in the order of the disk gets few requests.
 *
 * <p>Memory belongs to the disk until its batch {@link IoBatch#isDone}. Used by one task at a time.
 */
public final class DiskIo {
  private final BlockDevice device;
  private final long maxRequestBytes;
  private final int maxSegmentBytes;
  private final int maxSegments;
  private final ArrayDeque<IoRequest> idle = new ArrayDeque<>();

  /** Nothing is under way yet. */
  public DiskIo(BlockDevice device) {
    this.device = device;
    BlockLimits limits = device.limits();
    long segment = Math.min(limits.maxSegmentBytes(), Integer.MAX_VALUE);
    this.maxSegmentBytes = (int) (segment - segment % BlockLimits.SECTOR_SIZE);
    this.maxSegments = limits.maxSegments();
    this.maxRequestBytes = (long) maxSegmentBytes * maxSegments;
    if (maxSegmentBytes <= 0 || maxRequestBytes <= 0) {
      throw new IllegalArgumentException("a disk whose requests cannot hold a sector: " + limits);
    }
  }

  /** The device below. */
  public BlockDevice device() {
    return device;
  }

  /** A batch without requests. */
  public IoBatch batch() {
    return new IoBatch();
  }

  /**
   * Adds a read.
   *
   * @param position on the disk in bytes, a multiple of the sector size
   * @param address guest-physical, of contiguous memory
   * @param length in bytes, a positive multiple of the sector size
   * @throws Ext4CorruptedException when the range is not on the disk; nothing of it was added
   * @throws Ext4Exception with {@link Errno#EIO} when the device is broken
   */
  public void read(IoBatch batch, long position, long address, long length) throws Ext4Exception {
    checkRange(position, length);
    transfer(batch, BlockOperation.READ, position, address, length);
  }

  /** Adds a write; parameters and failures as for {@link #read}. */
  public void write(IoBatch batch, long position, long address, long length) throws Ext4Exception {
    checkRange(position, length);
    transfer(batch, BlockOperation.WRITE, position, address, length);
  }

  private void checkRange(long position, long length) throws Ext4CorruptedException {
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
  }

  private void transfer(
      IoBatch batch, BlockOperation operation, long position, long address, long length)
      throws Ext4Exception {
    long done = 0;
    while (done < length) {
      int part = (int) Math.min(maxSegmentBytes, length - done);
      long sector = (position + done) / BlockLimits.SECTOR_SIZE;
      IoRequest growing = batch.growing;
      if (growing == null || !continues(growing.request, operation, sector, part)) {
        submitGrowing(batch);
        growing = take(batch);
        batch.growing = growing;
        if (operation == BlockOperation.READ) {
          growing.request.read(sector);
        } else {
          growing.request.write(sector);
        }
      }
      growing.request.segment(address + done, part);
      done += part;
    }
  }

  private boolean continues(
      BlockRequest request, BlockOperation operation, long sector, int length) {
    return request.operation() == operation
        && request.segments() < maxSegments
        && request.bytes() + length <= maxRequestBytes
        && request.sector() + request.bytes() / BlockLimits.SECTOR_SIZE == sector;
  }

  /**
   * Adds a flush, which covers what has ended before it is started. Does nothing on a disk without
   * a volatile cache.
   */
  public void flush(IoBatch batch) throws Ext4Exception {
    if (device.limits().flush()) {
      submitGrowing(batch);
      IoRequest flush = take(batch);
      flush.request.flush();
      submit(batch, flush);
    }
  }

  /**
   * Adds a discard: the range's content is of no interest any more. Does nothing on a disk that has
   * none.
   */
  public void discard(IoBatch batch, long position, long length) throws Ext4Exception {
    checkRange(position, length);
    long most = device.limits().maxDiscardSectors();
    if (!device.limits().discard() || most <= 0) {
      return;
    }
    submitGrowing(batch);
    long sector = position / BlockLimits.SECTOR_SIZE;
    long left = length / BlockLimits.SECTOR_SIZE;
    while (left > 0) {
      long part = Math.min(left, most);
      IoRequest discard = take(batch);
      discard.request.discard(sector, part);
      submit(batch, discard);
      sector += part;
      left -= part;
    }
  }

  private IoRequest take(IoBatch batch) {
    IoRequest free = idle.poll();
    IoRequest request = free != null ? free : new IoRequest(idle);
    request.batch = batch;
    return request;
  }

  private void submitGrowing(IoBatch batch) throws Ext4Exception {
    IoRequest growing = batch.growing;
    if (growing != null) {
      batch.growing = null;
      submit(batch, growing);
    }
  }

  private void submit(IoBatch batch, IoRequest request) throws Ext4Exception {
    try {
      while (!device.submit(request.request)) {
        device.kick();
        reapSome();
      }
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
    batch.outstanding++;
  }

  /** Gives the device what a batch has gathered, and notifies it once. */
  public void start(IoBatch batch) throws Ext4Exception {
    submitGrowing(batch);
    try {
      device.kick();
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
  }

  /** Ends what the device has completed, of whatever batch, without waiting. */
  public void poll() throws Ext4Exception {
    try {
      device.reap();
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
  }

  /**
   * Starts a batch and waits for its end. It can be used again after that, even when this fails.
   *
   * @throws Ext4Exception with {@link Errno#EIO} when a request failed, or the device is broken
   */
  public void await(IoBatch batch) throws Ext4Exception {
    start(batch);
    try {
      while (batch.outstanding > 0) {
        reapSome();
      }
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
    if (batch.failure != null) {
      String what = "%s ended with %s".formatted(batch.failed, batch.failure);
      batch.failure = null;
      throw new Ext4Exception(Errno.EIO, "disk", what);
    }
  }

  /**
   * Waits for a batch that somebody else will ask how it went: what failed stays noted in it.
   *
   * @throws Ext4Exception with {@link Errno#EIO} when the device is broken
   */
  public void settle(IoBatch batch) throws Ext4Exception {
    if (batch.isDone()) {
      return;
    }
    start(batch);
    try {
      while (batch.outstanding > 0) {
        reapSome();
      }
    } catch (BlockDeviceException broken) {
      throw failed(broken);
    }
  }

  private void reapSome() {
    while (device.reap() == 0) {
      device.await();
    }
  }

  private static Ext4Exception failed(BlockDeviceException broken) {
    Ext4Exception failure =
        new Ext4Exception(Errno.EIO, "disk", String.valueOf(broken.getMessage()));
    failure.initCause(broken);
    return failure;
  }
}
