package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.IOException;

/** A disk in memory, all zeros at first. It takes as much memory as was written to it. */
public final class MemoryStorage implements Storage {
  private volatile long sectors;
  private final SectorMap written;

  private MemoryStorage(long sectors) {
    this.sectors = sectors;
    this.written = new SectorMap(sectors);
  }

  /** A disk of that capacity. */
  public static MemoryStorage ofSectors(long sectors) {
    if (sectors < 0) {
      throw new IllegalArgumentException("a disk of " + sectors + " sectors");
    }
    return new MemoryStorage(sectors);
  }

  @Override
  public long sectors() {
    return sectors;
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
  public boolean secureErases() {
    return true;
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    written.read(position, target, null, 0);
  }

  @Override
  public void write(long position, IoVector source) {
    written.write(position, source);
  }

  @Override
  public void flush() {}

  @Override
  public void discard(long position, long length) {
    written.zero(position, length);
  }

  @Override
  public void writeZeroes(long position, long length, boolean unmap) {
    written.zero(position, length);
  }

  @Override
  public void secureErase(long position, long length) {
    written.erase(position, length);
  }

  @Override
  public void resize(long newSectors) {
    written.resize(newSectors);
    sectors = newSectors;
  }

  @Override
  public void close() {}
}
