package dev.ringside.virtio.message;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import dev.ringside.posix.DescriptorBundle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One message: a header, a payload, and the descriptors that came along. It is a buffer that is
 * used again and again, and its content lasts until it is used for the next message.
 *
 * <p>Fields of the payload are read at the offsets of {@link
 * dev.ringside.virtio.spec.VhostUserLayout}; reading behind the payload's end is an {@link
 * IndexOutOfBoundsException}, which cannot happen within the length that {@link VhostUserChannel}
 * has checked.
 */
public final class VhostUserMessage implements AutoCloseable {
  private final MemorySegment bytes;
  private final MemorySegment header;
  private MemorySegment payload;
  private final DescriptorBundle descriptors = new DescriptorBundle();

  /** An empty message. */
  public VhostUserMessage() {
    bytes = Arena.ofAuto().allocate((long) HEADER_SIZE + MAX_PAYLOAD, Long.BYTES);
    header = bytes.asSlice(0, HEADER_SIZE);
    payload = bytes.asSlice(HEADER_SIZE, 0);
  }

  /**
   * Begins a message without flags, whose payload is zeros.
   *
   * @param size of the payload in bytes, at most {@link
   *     dev.ringside.virtio.spec.VhostUserLayout#MAX_PAYLOAD}
   */
  public void begin(int request, int size) {
    descriptors.close();
    header.set(ValueLayout.JAVA_INT, REQUEST, request);
    header.set(ValueLayout.JAVA_INT, FLAGS, VERSION);
    header.set(ValueLayout.JAVA_INT, SIZE, size);
    setPayloadSize(size);
    payload.fill((byte) 0);
  }

  /** Makes this message the answer to itself, with a payload of zeros. */
  public void beginReply(int size) {
    int request = request();
    begin(request, size);
    header.set(ValueLayout.JAVA_INT, FLAGS, VERSION | FLAG_REPLY);
  }

  /** Asks for an answer. */
  public void needReply() {
    header.set(ValueLayout.JAVA_INT, FLAGS, flags() | FLAG_NEED_REPLY);
  }

  /** The number of the request, which may be none of the specification's. */
  public int request() {
    return header.get(ValueLayout.JAVA_INT, REQUEST);
  }

  public int flags() {
    return header.get(ValueLayout.JAVA_INT, FLAGS);
  }

  /** Whether it answers another message. */
  public boolean isReply() {
    return (flags() & FLAG_REPLY) != 0;
  }

  /** Whether its sender waits for an answer. */
  public boolean needsReply() {
    return (flags() & FLAG_NEED_REPLY) != 0;
  }

  /** How long the payload is, in bytes. */
  public int size() {
    return (int) payload.byteSize();
  }

  /** What the header says; not checked. */
  int announcedSize() {
    return header.get(ValueLayout.JAVA_INT, SIZE);
  }

  void setPayloadSize(int size) {
    payload = bytes.asSlice(HEADER_SIZE, size);
  }

  MemorySegment header() {
    return header;
  }

  /** Header and payload. */
  MemorySegment bytes() {
    return bytes.asSlice(0, HEADER_SIZE + payload.byteSize());
  }

  /** The payload itself. */
  public MemorySegment payload() {
    return payload;
  }

  /** The descriptors that came along; those that nobody takes are closed by the next message. */
  public DescriptorBundle descriptors() {
    return descriptors;
  }

  public int getU8(int offset) {
    return payload.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }

  public void setU8(int offset, int value) {
    payload.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  public int getU16(int offset) {
    return payload.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset) & 0xffff;
  }

  public void setU16(int offset, int value) {
    payload.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) value);
  }

  /** The 32-bit value as it stands. */
  public int getU32(int offset) {
    return payload.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
  }

  public void setU32(int offset, int value) {
    payload.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
  }

  /** The 64-bit value as it stands. */
  public long getU64(int offset) {
    return payload.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
  }

  public void setU64(int offset, long value) {
    payload.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }

  /** Closes the descriptors that nobody has taken. */
  @Override
  public void close() {
    descriptors.close();
  }
}
