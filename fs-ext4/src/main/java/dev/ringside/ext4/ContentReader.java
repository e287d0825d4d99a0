package dev.ringside.ext4;

import dev.ringside.driver.BlockDevice;
import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.error.Ext4Exception;
import dev.ringside.ext4.mapping.FileMapping;
import dev.ringside.ext4.mapping.IoMap;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Brings file content to the caller, through a buffer in guest memory: the range is mapped first,
 * then every run that lies on the disk becomes a request, all of one batch. What lies nowhere reads
 * as zeros and takes no request.
 */
final class ContentReader implements AutoCloseable {
  private final DiskReader reader;
  private final GuestMemory memory;
  private final FrameAllocator frames;
  private final int blockSize;
  private final int bufferBytes;
  private final long buffer;
  private final List<IoMap> runs = new ArrayList<>();

  /**
   * Takes the buffer.
   *
   * @param bufferBytes a block or more
   */
  ContentReader(BlockDevice device, DiskReader reader, int blockSize, int bufferBytes) {
    this.reader = reader;
    this.memory = device.memory();
    this.frames = device.frames();
    this.blockSize = blockSize;
    this.bufferBytes = bufferBytes - bufferBytes % blockSize;
    this.buffer = frames.allocate(this.bufferBytes);
  }

  /**
   * Reads a range that lies inside the file.
   *
   * @param position in the file, in bytes
   */
  void read(FileMapping mapping, long position, byte[] target, int offset, int length)
      throws Ext4Exception {
    int done = 0;
    while (done < length) {
      int inBlock = (int) ((position + done) % blockSize);
      int part = Math.min(length - done, bufferBytes - inBlock);
      readBatch(mapping, position + done, target, offset + done, part);
      done += part;
    }
  }

  private void readBatch(FileMapping mapping, long position, byte[] target, int offset, int length)
      throws Ext4Exception {
    long firstBlock = position / blockSize;
    long endBlock = Math.ceilDiv(position + length, (long) blockSize);
    // Mapping may read metadata, so all of it comes before the first request of the batch.
    mapAll(mapping, firstBlock, endBlock);
    try {
      for (IoMap run : runs) {
        if (run instanceof IoMap.Mapped mapped) {
          reader.add(
              mapped.block() * blockSize,
              buffer + (run.first() - firstBlock) * blockSize,
              run.count() * blockSize);
        }
      }
    } finally {
      reader.finish();
    }
    for (IoMap run : runs) {
      long start = Math.max(run.first() * blockSize, position);
      long end = Math.min(run.end() * blockSize, position + length);
      int to = offset + (int) (start - position);
      int count = (int) (end - start);
      switch (run) {
        case IoMap.Mapped _ ->
            memory.read(buffer + start - firstBlock * blockSize, target, to, count);
        case IoMap.Hole _, IoMap.Unwritten _ -> Arrays.fill(target, to, to + count, (byte) 0);
      }
    }
  }

  private void mapAll(FileMapping mapping, long firstBlock, long endBlock) throws Ext4Exception {
    runs.clear();
    long next = firstBlock;
    while (next < endBlock) {
      IoMap run = mapping.map(next).upTo(endBlock);
      runs.add(run);
      next = run.end();
    }
  }

  @Override
  public void close() {
    frames.free(buffer, bufferBytes);
  }
}
