package dev.ringside.lab.crash;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A small disk whose content is an array: cheap to copy, to hash and to write to a file. */
final class DiskImage implements Storage {
  private final byte[] content;
  private final MemorySegment memory;

  private DiskImage(byte[] content) {
    this.content = content;
    this.memory = MemorySegment.ofArray(content);
  }

  static DiskImage read(Path file) throws IOException {
    return new DiskImage(Files.readAllBytes(file));
  }

  DiskImage copy() {
    return new DiskImage(content.clone());
  }

  void writeTo(Path file) throws IOException {
    Files.write(file, content);
  }

  byte[] bytes() {
    return content;
  }

  /** Puts sectors there. */
  void put(long position, byte[] source, int offset, int length) {
    System.arraycopy(source, offset, content, Math.toIntExact(position), length);
  }

  @Override
  public long sectors() {
    return content.length / SECTOR_SIZE;
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return true;
  }

  @Override
  public void read(long position, IoVector target) {
    target.copyFrom(memory.asSlice(position, target.bytes()));
  }

  @Override
  public void write(long position, IoVector source) {
    source.copyTo(memory.asSlice(position, source.bytes()));
  }

  @Override
  public void flush() {}

  @Override
  public void discard(long position, long length) {
    Arrays.fill(content, Math.toIntExact(position), Math.toIntExact(position + length), (byte) 0);
  }

  @Override
  public void close() {}
}
