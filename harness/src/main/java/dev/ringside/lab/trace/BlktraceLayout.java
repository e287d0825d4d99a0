package dev.ringside.lab.trace;

import java.nio.ByteBuffer;

/**
 * Where the fields of a blktrace record are. All are in the byte order of the recording machine;
 * {@code pdu_len} bytes of payload follow.
 *
 * <pre>
 *   version 7, 48 bytes
 *   0       4          8      16       24      28       32    36       40    44      46        48
 *   | magic | sequence | time | sector | bytes | action | pid | device | cpu | error | pdu_len |
 *
 *   version 8, 64 bytes
 *   0       4          8      16       24      28    32       40       44    48      50        52    64
 *   | magic | sequence | time | sector | bytes | pid | action | device | cpu | error | pdu_len | pad |
 * </pre>
 *
 * <p>{@code action} has the action's code in its low 16 bits and the category bits above them.
 */
enum BlktraceLayout {
  VERSION_7(48, 32, 36, 40, 46) {
    @Override
    long action(ByteBuffer record, int start) {
      return Integer.toUnsignedLong(record.getInt(start + 28));
    }
  },
  VERSION_8(64, 28, 40, 44, 50) {
    @Override
    long action(ByteBuffer record, int start) {
      return record.getLong(start + 32);
    }
  };

  /** The upper three bytes of the magic number; the lowest byte is the version. */
  static final int MAGIC = 0x65617400;

  static final int MAGIC_MASK = 0xffffff00;

  /** The longest record with the longest payload, in bytes. */
  static final int MAX_RECORD = 64 + 0xffff;

  private static final int SEQUENCE = 4;
  private static final int TIME = 8;
  private static final int SECTOR = 16;
  private static final int BYTES = 24;

  private final int size;
  private final int pid;
  private final int device;
  private final int cpu;
  private final int payloadLength;

  BlktraceLayout(int size, int pid, int device, int cpu, int payloadLength) {
    this.size = size;
    this.pid = pid;
    this.device = device;
    this.cpu = cpu;
    this.payloadLength = payloadLength;
  }

  /** Length of a record without its payload, in bytes. */
  int size() {
    return size;
  }

  abstract long action(ByteBuffer record, int start);

  long sequence(ByteBuffer record, int start) {
    return Integer.toUnsignedLong(record.getInt(start + SEQUENCE));
  }

  long time(ByteBuffer record, int start) {
    return record.getLong(start + TIME);
  }

  long sector(ByteBuffer record, int start) {
    return record.getLong(start + SECTOR);
  }

  long bytes(ByteBuffer record, int start) {
    return Integer.toUnsignedLong(record.getInt(start + BYTES));
  }

  int pid(ByteBuffer record, int start) {
    return record.getInt(start + pid);
  }

  int device(ByteBuffer record, int start) {
    return record.getInt(start + device);
  }

  int cpu(ByteBuffer record, int start) {
    return record.getInt(start + cpu);
  }

  int payloadLength(ByteBuffer record, int start) {
    return Short.toUnsignedInt(record.getShort(start + payloadLength));
  }
}
