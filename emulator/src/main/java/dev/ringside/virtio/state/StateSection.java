package dev.ringside.virtio.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** A part of a state that only its owner can read: its length, and so many bytes. */
public final class StateSection {
  private final byte[] content;

  private StateSection(byte[] content) {
    this.content = content;
  }

  /** What a part writes of itself. */
  @FunctionalInterface
  public interface Writer {
    void writeTo(DataOutput out) throws IOException;
  }

  /** What a part reads of itself. */
  @FunctionalInterface
  public interface Reader {
    void readFrom(DataInputStream in) throws IOException;
  }

  /** Has a part written. */
  public static StateSection of(Writer part) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      part.writeTo(new DataOutputStream(bytes));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new StateSection(bytes.toByteArray());
  }

  /**
   * Reads the part back, all of it.
   *
   * @param name of the part, for who reads the error
   * @throws DeviceStateException when it ends too early, or something follows
   */
  public void read(String name, Reader reader) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    try {
      reader.readFrom(in);
    } catch (EOFException end) {
      throw new DeviceStateException("the %s ends too early".formatted(name), end);
    }
    DeviceStateException.require(in.available() == 0, "something follows the %s", name);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(content.length);
    out.write(content);
  }

  static StateSection readFrom(DataInputStream in) throws IOException {
    int length = in.readInt();
    DeviceStateException.require(
        length >= 0 && length <= in.available(), "a section of %d bytes", length);
    return new StateSection(in.readNBytes(length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StateSection section && Arrays.equals(content, section.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return content.length + " bytes";
  }
}
