package dev.ringside.ext4.cache;

import dev.ringside.driver.BlockDevice;
import dev.ringside.driver.BlockLimits;
import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import java.lang.foreign.MemorySegment;
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
  private final DiskIo io;
  private final IoBatch batch;

  /** Memory of this batch's copies that are not quite their blocks yet. */
  private final List<MemorySegment> altered = new ArrayList<>();

  private int blockSize = BlockLimits.SECTOR_SIZE;
  private @Nullable NewerCopies copies;

  /** Nothing is read yet. */
  public DiskReader(BlockDevice device) {
    this(new DiskIo(device));
  }

  /** A reader that shares the way to the disk. */
  public DiskReader(DiskIo io) {
    this.io = io;
    this.batch = io.batch();
  }

  /** The way to the disk that this reader takes. */
  public DiskIo io() {
    return io;
  }

  /**
   * Reads blocks from where their newer copies lie from now on.
   *
   * @param newer null when every block is where it belongs
   * @param size of a block, in bytes
   */
  public void use(@Nullable NewerCopies newer, int size) {
    copies = newer;
    blockSize = size;
  }

  /** Whether some blocks have newer copies elsewhere. */
  public boolean hasCopies() {
    return copies != null;
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
    if (copies == null) {
      io.read(batch, position, address, length);
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
          io.read(batch, position + start, address + start, done - start);
        }
        io.read(batch, place * blockSize + inBlock, address + done, part);
        if (inBlock == 0 && newer.isAltered(block)) {
          altered.add(io.device().memory().slice(address + done, part));
        }
        start = done + part;
      }
      done += part;
    }
    if (start < length) {
      io.read(batch, position + start, address + start, length - start);
    }
  }

  /** Notifies the disk of the batch, and waits for nothing. */
  public void start() throws Ext4Exception {
    io.start(batch);
  }

  /**
   * Ends the batch: all its memory is filled when this returns.
   *
   * @throws Ext4Exception with {@link Errno#EIO} when a request failed, or the device is broken
   */
  public void finish() throws Ext4Exception {
    try {
      io.await(batch);
      if (copies != null) {
        altered.forEach(copies::restore);
      }
    } finally {
      altered.clear();
    }
  }

  /** A batch of one range. */
  public void read(long position, long address, long length) throws Ext4Exception {
    add(position, address, length);
    finish();
  }
}
