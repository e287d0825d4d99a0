package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.io.IOException;

/**
 * Copy on write: reads see the base until a sector is written, writes stay in memory, and the base
 * never changes. The way to run on an image without touching it.
 */
public final class OverlayStorage implements Storage {
  private final Storage base;
  private final SectorMap written;
  private volatile long sectors;

  /** Where the base is seen no more, in bytes: sectors that were cut off and added are zeros. */
  private volatile long baseEnd;

  private OverlayStorage(Storage base) {
    this.base = base;
    this.sectors = base.sectors();
    this.baseEnd = sectors * SECTOR_SIZE;
    this.written = new SectorMap(sectors);
  }

  /** An unchanged view of {@code base}, which is closed with it. */
  public static OverlayStorage over(Storage base) {
    return new OverlayStorage(base);
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
  public void read(long position, IoVector target) throws IOException {
    if (position + target.bytes() <= baseEnd && written.noneIn(position, target.bytes())) {
      base.read(position, target);
      return;
    }
    written.read(position, target, base, baseEnd);
  }

  @Override
  public void write(long position, IoVector source) {
    written.write(position, source);
  }

  /** Nothing to do: what is written lives as long as this process. */
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

  /** Changes the view; the base stays as it is. */
  @Override
  public void resize(long newSectors) {
    baseEnd = Math.min(baseEnd, newSectors * SECTOR_SIZE);
    written.resize(newSectors);
    sectors = newSectors;
  }

  @Override
  public void close() throws IOException {
    base.close();
  }
}
