package dev.ringside.blk;

import dev.ringside.machine.IoVector;
import dev.ringside.machine.Signal;
import dev.ringside.storage.Storage;
import java.io.IOException;

/** A storage whose reads of sector 0 wait until the test lets them go. */
final class BlockingStorage implements Storage {
  private final Storage inner;
  private final Signal reading = new Signal();
  private final Signal released = new Signal();

  BlockingStorage(Storage inner) {
    this.inner = inner;
  }

  /** Returns when a read waits, or is about to. */
  void awaitReader() {
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
    if (position == 0) {
      reading.raise();
      released.await();
    }
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
  public void close() throws IOException {
    inner.close();
  }
}
