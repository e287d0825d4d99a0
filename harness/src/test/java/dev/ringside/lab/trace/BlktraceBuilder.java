package dev.ringside.lab.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes blktrace files: each method that names an action appends a record. */
public final class BlktraceBuilder {
  private static final int MAGIC = 0x65617400;
  private static final long WRITE = category(1);
  private static final long FLUSH = category(2);
  private static final long SYNC = category(3);
  private static final long ISSUE = category(6);
  private static final long PASSTHROUGH = category(9);
  private static final long NOTIFY = category(10);
  private static final long DISCARD = category(13);
  private static final long FUA = category(15);
  private static final long READ = category(0);
  private static final int ISSUED = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int version = 7;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private int cpu;
  private int sequence;
  private long time = 1_000_000;

  private static long category(int bit) {
    return 1L << (16 + bit);
  }

  public BlktraceBuilder version(int newVersion) {
    version = newVersion;
    return this;
  }

  public BlktraceBuilder order(ByteOrder newOrder) {
    order = newOrder;
    return this;
  }

  public BlktraceBuilder cpu(int newCpu) {
    cpu = newCpu;
    return this;
  }

  /** The time of the next record; without it, each comes a microsecond after the one before. */
  public BlktraceBuilder at(long newTime) {
    time = newTime;
    return this;
  }

  public BlktraceBuilder read(long sector, int length) {
    return issue(READ, sector, length);
  }

  public BlktraceBuilder write(long sector, int length) {
    return issue(WRITE | SYNC, sector, length);
  }

  public BlktraceBuilder preflushWrite(long sector, int length) {
    return issue(WRITE | FLUSH, sector, length);
  }

  public BlktraceBuilder fuaWrite(long sector, int length) {
    return issue(WRITE | FUA, sector, length);
  }

  public BlktraceBuilder flush() {
    return issue(FLUSH, 0, 0);
  }

  public BlktraceBuilder discard(long sector, int length) {
    return issue(DISCARD | WRITE, sector, length);
  }

  public BlktraceBuilder passthrough(int length) {
    return issue(PASSTHROUGH, 0, length);
  }

  /** A request that is none of the operations, blkparse's {@code N}. */
  public BlktraceBuilder nothing() {
    return issue(0, 0, 0);
  }

  /** A notify record that names a process. */
  public BlktraceBuilder process(int pid, String name) {
    byte[] payload = new byte[16];
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, payload, 0, text.length);
    return append(NOTIFY, 0, 0, 0, pid, payload);
  }

  private BlktraceBuilder issue(long categories, long sector, int length) {
    sequence++;
    return append(categories | ISSUE | ISSUED, sequence, sector, length, 42, new byte[0]);
  }

  private BlktraceBuilder append(
      long action, int number, long sector, int length, int pid, byte[] payload) {
    ByteBuffer fields = ByteBuffer.allocate(version == 8 ? 64 : 48).order(order);
    fields.putInt(MAGIC | version).putInt(number).putLong(time).putLong(sector).putInt(length);
    if (version == 8) {
      fields.putInt(pid).putLong(action);
    } else {
      fields.putInt((int) action).putInt(pid);
    }
    fields.putInt(254 << 20 | 16).putInt(cpu).putShort((short) 0);
    fields.putShort((short) payload.length);
    bytes.writeBytes(fields.array());
    bytes.writeBytes(payload);
    time += 1000;
    return this;
  }

  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  /** Writes the records to a file, and returns its path. */
  public Path writeTo(Path file) throws IOException {
    return Files.write(file, toBytes());
  }
}
