package dev.ringside.lab.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file of blktrace, record by record in the file's order: a processor's own, or a merged dump
 * of {@code blkparse -d}. The byte order is that of the recording machine; the first magic number
 * tells it, and the rest of the file must keep to it.
 */
final class BlktraceFile implements Closeable {
  private static final int ACTION_MASK = 0xff;
  private static final int NOTIFY_PROCESS = 0;
  private static final int PROCESS_NAME_SIZE = 16;

  private final Path path;
  private final FileChannel channel;
  private final Map<Integer, String> processNames;
  private final ByteBuffer buffer = ByteBuffer.allocate(2 * BlktraceLayout.MAX_RECORD).flip();
  private @Nullable ByteOrder order;
  private long offset;

  /**
   * Opens a file.
   *
   * @param processNames by pid; takes in what the file's notify records say
   */
  BlktraceFile(Path path, Map<Integer, String> processNames) throws IOException {
    this.path = path;
    this.processNames = processNames;
    this.channel = FileChannel.open(path);
  }

  /** The file's name, for messages. */
  Path path() {
    return path;
  }

  /** Where the next record starts, in bytes. */
  long offset() {
    return offset;
  }

  /**
   * Whether these first bytes of a file are the start of blktrace's magic number, in either order.
   */
  static boolean isMagic(ByteBuffer head) {
    return head.remaining() >= Integer.BYTES
        && byteOrder(head.order(ByteOrder.BIG_ENDIAN).getInt(head.position())) != null;
  }

  private static @Nullable ByteOrder byteOrder(int bigEndianMagic) {
    if ((bigEndianMagic & BlktraceLayout.MAGIC_MASK) == BlktraceLayout.MAGIC) {
      return ByteOrder.BIG_ENDIAN;
    }
    boolean swapped =
        (Integer.reverseBytes(bigEndianMagic) & BlktraceLayout.MAGIC_MASK) == BlktraceLayout.MAGIC;
    return swapped ? ByteOrder.LITTLE_ENDIAN : null;
  }

  /**
   * The next event, or null at the end of the file; notify records are taken in on the way. Time is
   * the file's own, and the process is not yet named.
   */
  @Nullable TraceEvent next() throws IOException {
    while (available(1) > 0) {
      BlktraceLayout layout = readMagic();
      require(layout.size(), "a record of %d bytes".formatted(layout.size()));
      int payload = layout.payloadLength(buffer, buffer.position());
      require(
          layout.size() + payload,
          "a record of %d bytes and %d bytes of payload".formatted(layout.size(), payload));
      long action = layout.action(buffer, buffer.position());
      TraceEvent event = null;
      if (BlktraceCategory.NOTIFY.isIn(action)) {
        takeNotification(layout, action, payload);
      } else {
        event = event(layout, action);
      }
      buffer.position(buffer.position() + layout.size() + payload);
      offset += layout.size() + payload;
      if (event != null) {
        return event;
      }
    }
    return null;
  }

  private BlktraceLayout readMagic() throws IOException {
    require(Integer.BYTES, "a record");
    if (order == null) {
      order = byteOrder(buffer.order(ByteOrder.BIG_ENDIAN).getInt(buffer.position()));
    }
    int magic =
        buffer.order(order == null ? ByteOrder.BIG_ENDIAN : order).getInt(buffer.position());
    if ((magic & BlktraceLayout.MAGIC_MASK) != BlktraceLayout.MAGIC) {
      throw TraceFormatException.atOffset(
          path,
          offset,
          "expected blktrace's magic number 0x656174.., found 0x%08x".formatted(magic));
    }
    return switch (magic & ~BlktraceLayout.MAGIC_MASK) {
      case 7 -> BlktraceLayout.VERSION_7;
      case 8 -> BlktraceLayout.VERSION_8;
      default ->
          throw TraceFormatException.atOffset(
              path,
              offset,
              "expected a blktrace record of version 7 or 8, found version "
                  + (magic & ~BlktraceLayout.MAGIC_MASK));
    };
  }

  private TraceEvent event(BlktraceLayout layout, long action) {
    int start = buffer.position();
    long bytes = layout.bytes(buffer, start);
    return new TraceEvent(
        layout.time(buffer, start),
        // The bit above the code says only that a cgroup's number leads the payload.
        TraceAction.ofCode((int) action & ACTION_MASK),
        BlktraceCategory.operation(action, bytes),
        TraceFlag.setOf(BlktraceCategory.flagBits(action)),
        layout.sector(buffer, start),
        bytes,
        DeviceNumber.ofKernel(layout.device(buffer, start)),
        layout.cpu(buffer, start),
        layout.pid(buffer, start),
        layout.sequence(buffer, start),
        null);
  }

  private void takeNotification(BlktraceLayout layout, long action, int payload) {
    if (((int) action & ACTION_MASK) != NOTIFY_PROCESS) {
      return;
    }
    int start = buffer.position();
    byte[] name = new byte[Math.min(payload, PROCESS_NAME_SIZE)];
    buffer.get(start + layout.size(), name);
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    processNames.put(
        layout.pid(buffer, start), new String(name, 0, length, StandardCharsets.UTF_8));
  }

  private void require(int bytes, String expected) throws IOException {
    int available = available(bytes);
    if (available < bytes) {
      throw TraceFormatException.atOffset(
          path, offset, "expected %s, but the file ends after %d".formatted(expected, available));
    }
  }

  /** Reads ahead until {@code wanted} bytes are there or the file ends; says how many are there. */
  private int available(int wanted) throws IOException {
    if (buffer.remaining() < wanted) {
      buffer.compact();
      boolean more = true;
      while (more && buffer.position() < wanted) {
        more = channel.read(buffer) >= 0;
      }
      buffer.flip();
    }
    return buffer.remaining();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
