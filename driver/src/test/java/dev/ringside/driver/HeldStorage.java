package dev.ringside.driver;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.Signal;
import dev.ringside.storage.Storage;
import java.io.IOException;

/** A storage whose first read waits until the test lets it go. */
final class HeldStorage implements Storage {
  private final Storage inner;
  private final Signal reading = new Signal();
  private final Signal released = new Signal();

  HeldStorage(Storage inner) {
    this.inner = inner;
  }

  /** Returns when a read waits. */
  void awaitRead() {
    reading.await();
  }

  void release() {
    released.raise();
  }

  @Override
  public long sectors() {
    return inner.sectors();
  }

  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return false;
  }

  @Override
  public void read(long position, IoVector target) throws IOException {
    reading.raise();
    released.await();
    inner.read(position, target);
  }

  @Override
  public void write(long position, IoVector source) throws IOException {
    inner.write(position, source);
  }

  @Override
  public void flush() throws IOException {
    inner.flush();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    inner.discard(position, length);
  }

  @Override
  public void resize(long sectors) throws IOException {
    inner.resize(sectors);
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
