package dev.ringside.storage;

import dev.ringside.machine.IoVector;

/** A disk in memory, all zeros at first. It takes as much memory as was written to it. */
public final class MemoryStorage implements Storage {
  private final long sectors;
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
  public void read(long position, IoVector target) {
    long at = position;
    for (int piece = 0; piece < target.count(); piece++) {
      long offset = target.offset(piece);
      for (long left = target.length(piece); left > 0; ) {
        boolean present = written.isPresent(at);
        long run = written.runLength(at, left, present);
        if (present) {
          written.copyOut(at, target.memory(), offset, run);
        } else {
          SectorMap.fillZero(target.memory(), offset, run);
        }
        at += run;
        offset += run;
        left -= run;
      }
    }
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
  public void close() {}
}
