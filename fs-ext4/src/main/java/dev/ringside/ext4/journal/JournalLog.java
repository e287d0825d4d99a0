package dev.ringside.ext4.journal;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.error.Ext4CorruptedException;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.machine.FrameAllocator;
import java.lang.foreign.MemorySegment;

/**
 * The blocks of the journal's file, read a window at a time: the log is read from front to back.
 */
public final class JournalLog implements AutoCloseable {
  /** Blocks that are read together. */
  private static final int WINDOW = 64;

  private final DiskReader reader;
  private final FrameAllocator frames;
  private final JournalFile file;
  private final long blocks;
  private final int blockSize;
  private final long address;
  private final MemorySegment window;
  private long first;
  private long count;

  /**
   * Takes guest memory for the window.
   *
   * @param file of the journal
   * @param blocks that the file has
   */
  public JournalLog(
      BlockDevice device, DiskReader reader, JournalFile file, long blocks, int blockSize) {
    this.reader = reader;
    this.frames = device.frames();
    this.file = file;
    this.blocks = blocks;
    this.blockSize = blockSize;
    long bytes = (long) WINDOW * blockSize;
    this.address = frames.allocate(bytes);
    this.window = device.memory().slice(address, bytes);
  }

  /**
   * A block's content, which is good until the next call.
   *
   * @param block of the journal's file
   */
  public MemorySegment block(long block) throws Ext4Exception {
    if (block < first || block >= first + count) {
      fill(block);
    }
    return window.asSlice((block - first) * blockSize, blockSize);
  }

  private void fill(long block) throws Ext4Exception {
    count = 0;
    JournalFile.Run run = located(block);
    long length = Math.min(run.count(), WINDOW);
    reader.read(run.block() * blockSize, address, length * blockSize);
    first = block;
    count = length;
  }

  /** Where a block of the journal's file lies on the disk: the number of the filesystem's block. */
  long place(long block) throws Ext4Exception {
    return located(block).block();
  }

  private JournalFile.Run located(long block) throws Ext4Exception {
    if (block < 0 || block >= blocks) {
      throw new Ext4CorruptedException(
          "journal", "block %d of a file of %d blocks is wanted".formatted(block, blocks));
    }
    JournalFile.Run run = file.locate(block);
    return new JournalFile.Run(run.block(), Math.min(run.count(), blocks - block));
  }

  @Override
  public void close() {
    frames.free(address, window.byteSize());
  }
}
