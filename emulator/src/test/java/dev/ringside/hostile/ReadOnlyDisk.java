package dev.ringside.hostile;

import dev.ringside.machine.IoVector;
import dev.ringside.storage.Storage;
import java.io.IOException;

/** A disk that refuses to be written, and says so. */
record ReadOnlyDisk(Storage inner) implements Storage {
  @Override
  public long sectors() {
    return inner.sectors();
  }

  @Override
  public boolean readOnly() {
    return true;
  }

  @Override
  public boolean discards() {
    return inner.discards();
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) {
    throw new AssertionError("a write reached a read-only disk");
  }

  @Override
  public void flush() throws IOException {
    inner.flush();
  }

  @Override
  public void discard(long position, long length) {
    throw new AssertionError("a discard reached a read-only disk");
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
