package dev.ringside.virtio.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * All of a paused device but the guest's memory, and what its storage keeps. Numbers are big-endian
 * in the bytes.
 *
 * <pre>
 *   0       8         12       16                                            end - 4
 *   | magic | version | length | FunctionState | device, transport: sections | crc32c |
 *                              |&lt;---------------- length ----------------&gt;|
 * </pre>
 *
 * <p>A section is its length in 4 bytes and so many bytes, which only its owner reads. The checksum
 * covers everything before it.
 *
 * @param function what every transport shows
 * @param device what the device type keeps
 * @param transport what this transport alone keeps: selectors, vectors
 */
public record DeviceState(FunctionState function, StateSection device, StateSection transport) {
  /** "RINGSIDE" in ASCII. */
  private static final long MAGIC = 0x5249_4e47_5349_4445L;

  private static final int VERSION = 1;
  private static final int VERSION_AT = 8;
  private static final int LENGTH_AT = 12;
  private static final int HEADER_SIZE = 16;
  private static final int CHECKSUM_SIZE = 4;

  /** The state as bytes. */
  public byte[] toBytes() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(body);
      function.writeTo(out);
      device.writeTo(out);
      transport.writeTo(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_SIZE + body.size() + CHECKSUM_SIZE);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(body.size()).put(body.toByteArray());
    bytes.putInt(checksum(bytes));
    return bytes.array();
  }

  /**
   * Reads a state.
   *
   * @throws DeviceStateException when this is none, or it is damaged or of another version
   */
  public static DeviceState parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    DeviceStateException.require(
        bytes.length >= HEADER_SIZE + CHECKSUM_SIZE && buffer.getLong(0) == MAGIC,
        "this is no saved device");
    DeviceStateException.require(
        buffer.getInt(VERSION_AT) == VERSION,
        "version %d, and only %d can be read",
        buffer.getInt(VERSION_AT),
        VERSION);
    int length = buffer.getInt(LENGTH_AT);
    int present = bytes.length - HEADER_SIZE - CHECKSUM_SIZE;
    DeviceStateException.require(length == present, "%d bytes are there of %d", present, length);
    int end = HEADER_SIZE + length;
    DeviceStateException.require(
        buffer.getInt(end) == checksum(buffer.position(end)), "the checksum does not match");
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, HEADER_SIZE, length));
    try {
      DeviceState state =
          new DeviceState(
              FunctionState.readFrom(in), StateSection.readFrom(in), StateSection.readFrom(in));
      DeviceStateException.require(in.available() == 0, "something follows its end");
      return state;
    } catch (EOFException early) {
      throw new DeviceStateException("it ends too early", early);
    }
  }

  /** Of everything before the buffer's position. */
  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().flip());
    return (int) crc.getValue();
  }
}
