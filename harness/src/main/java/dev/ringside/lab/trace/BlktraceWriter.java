package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes what a device saw as a blktrace file of version 7, which {@code blkparse} and {@link
 * BlktraceReader} read: a record when a request is issued, and one when it is complete. Any task
 * writes.
 */
public final class BlktraceWriter implements AutoCloseable {
  private static final int VERSION = 7;
  private static final int RECORD = BlktraceLayout.VERSION_7.size();
  private static final int BUFFER = 1024 * RECORD;
  private static final long CATEGORY = 1L << 16;
  private static final long READ = CATEGORY;
  private static final long WRITE = CATEGORY << 1;
  private static final long FLUSH = CATEGORY << 2;
  private static final long ISSUE = CATEGORY << 6;
  private static final long COMPLETE = CATEGORY << 7;
  private static final long DISCARD = CATEGORY << 13;

  /** The device 252,0: the first virtio disk, as Linux numbers it. */
  private static final int DEVICE = 252 << 20;

  private static final int IO_ERROR = 5;

  /** A record has 32 bits for a length; only a discard can be longer. */
  private static final long MAX_BYTES = 0xffff_fe00L;

  private final FileChannel file;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.nativeOrder());
  private final ReentrantLock lock = new ReentrantLock();
  private int sequence;

  private BlktraceWriter(FileChannel file) {
    this.file = file;
  }

  /** Begins a trace of one processor: {@code base} is what a reader is told, without the suffix. */
  public static BlktraceWriter create(Path base) throws IOException {
    return new BlktraceWriter(
        FileChannel.open(
            Path.of(base + ".blktrace.0"),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE));
  }

  /** A request goes to the device. */
  public void issue(long timeNs, TraceOperation operation, long sector, long bytes)
      throws IOException {
    append(timeNs, ISSUE | TraceAction.ISSUE.code(), operation, sector, bytes, 0);
  }

  /** The device has ended it. */
  public void complete(
      long timeNs, TraceOperation operation, long sector, long bytes, boolean failed)
      throws IOException {
    int error = failed ? IO_ERROR : 0;
    append(timeNs, COMPLETE | TraceAction.COMPLETE.code(), operation, sector, bytes, error);
  }

  private static long categories(TraceOperation operation) {
    return switch (operation) {
      case READ -> READ;
      case WRITE -> WRITE;
      case FLUSH -> FLUSH;
      case DISCARD -> DISCARD | WRITE;
      case PASSTHROUGH, OTHER -> 0;
    };
  }

  private void append(
      long timeNs, long action, TraceOperation operation, long sector, long bytes, int error)
      throws IOException {
    lock.lock();
    try {
      if (buffer.remaining() < RECORD) {
        flush();
      }
      buffer.putInt(BlktraceLayout.MAGIC | VERSION).putInt(++sequence).putLong(timeNs);
      buffer
          .putLong(sector)
          .putInt((int) Math.min(bytes, MAX_BYTES))
          .putInt((int) (action | categories(operation)));
      buffer.putInt(0).putInt(DEVICE).putInt(0).putShort((short) error).putShort((short) 0);
    } finally {
      lock.unlock();
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try (FileChannel closed = file) {
      flush();
      closed.force(false);
    } finally {
      lock.unlock();
    }
  }
}
