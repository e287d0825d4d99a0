package dev.ringside.virtio.vfio;

import dev.ringside.machine.LittleEndian;
import dev.ringside.posix.DescriptorBundle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One command of the client, as it came: its header is checked, its payload is not. The descriptors
 * that came with it are closed with it, as far as nobody takes them.
 */
final class VfioMessage implements AutoCloseable {
  private static final int FIRST_CAPACITY = 4096;

  private int id;
  private int command;
  private boolean wantsReply;
  private boolean whole = true;
  private MemorySegment payload = allocate(FIRST_CAPACITY);
  private int bytes;
  private final DescriptorBundle descriptors = new DescriptorBundle();

  private static MemorySegment allocate(int capacity) {
    return Arena.ofAuto().allocate(capacity, Long.BYTES);
  }

  /**
   * Becomes another command, with room for its payload.
   *
   * @param isWhole false for a command whose payload is too long to be kept
   */
  void start(int newId, int newCommand, boolean reply, int payloadBytes, boolean isWhole) {
    whole = isWhole;
    id = newId;
    command = newCommand;
    wantsReply = reply;
    bytes = payloadBytes;
    if (payload.byteSize() < payloadBytes) {
      payload = allocate(payloadBytes);
    }
  }

  int id() {
    return id;
  }

  int command() {
    return command;
  }

  boolean wantsReply() {
    return wantsReply;
  }

  /** Whether the payload was kept. */
  boolean isWhole() {
    return whole;
  }

  /** What follows the header, in its first {@link #bytes}. */
  MemorySegment payload() {
    return payload;
  }

  /** The size of the payload. */
  int bytes() {
    return bytes;
  }

  DescriptorBundle descriptors() {
    return descriptors;
  }

  /**
   * Checks the size of the payload.
   *
   * @throws RefusedException when it has another one
   */
  void requireBytes(long wanted) throws RefusedException {
    if (bytes != wanted) {
      throw RefusedException.invalid("%d bytes of payload, not %d".formatted(bytes, wanted));
    }
  }

  /** Checks that the payload is at least this long. */
  void requireAtLeast(int wanted) throws RefusedException {
    if (bytes < wanted) {
      throw RefusedException.invalid("%d bytes of payload, not %d".formatted(bytes, wanted));
    }
  }

  /** Checks that no descriptor came along. */
  void requireNoDescriptors() throws RefusedException {
    if (!descriptors.isEmpty()) {
      throw RefusedException.invalid(
          "%d descriptors where there are none".formatted(descriptors.size()));
    }
  }

  /** A byte, unsigned. */
  int u8(int at) {
    return payload.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }

  /** A field of 32 bits, unsigned. */
  long u32(int at) {
    return LittleEndian.getU32(payload, at) & 0xffff_ffffL;
  }

  /** A field of 64 bits as it stands. */
  long u64(int at) {
    return LittleEndian.getU64(payload, at);
  }

  @Override
  public void close() {
    descriptors.close();
  }
}
