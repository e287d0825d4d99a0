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

  private OverlayStorage(Storage base) {
    this.base = base;
    this.written = new SectorMap(base.sectors());
  }

  /** An unchanged view of {@code base}, which is closed with it. */
  public static OverlayStorage over(Storage base) {
    return new OverlayStorage(base);
  }

  @Override
  public long sectors() {
    return base.sectors();
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
    if (written.noneIn(position, target.bytes())) {
      base.read(position, target);
      return;
    }
    IoVector fromBase = new IoVector(target.memory());
    long at = position;
    for (int piece = 0; piece < target.count(); piece++) {
      long offset = target.offset(piece);
      for (long left = target.length(piece); left > 0; ) {
        boolean present = written.isPresent(at);
        long run = written.runLength(at, left, present);
        if (present) {
          written.copyOut(at, target.memory(), offset, run);
        } else {
          fromBase.clear();
          fromBase.add(offset, run);
          base.read(at, fromBase);
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

  /** Nothing to do: what is written lives as long as this process. */
  @Override
  public void flush() {}

  @Override
  public void discard(long position, long length) {
    written.zero(position, length);
  }

  @Override
  public void close() throws IOException {
    base.close();
  }
}
