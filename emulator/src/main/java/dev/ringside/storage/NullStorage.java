package dev.ringside.storage;

import dev.ringside.machine.IoVector;

/**
 * Keeps nothing: a write is forgotten, a read leaves the memory as it is. What remains is the cost
 * of the route to the storage.
 *
 * @param sectors capacity
 */
public record NullStorage(long sectors) implements Storage {
  @Override
  public boolean readOnly() {
    return false;
  }

  @Override
  public boolean discards() {
    return true;
  }

  @Override
  public void read(long position, IoVector target) {}

  @Override
  public void write(long position, IoVector source) {}

  @Override
  public void flush() {}

  @Override
  public void discard(long position, long length) {}

  @Override
  public void writeZeroes(long position, long length, boolean unmap) {}

  @Override
  public void close() {}
}
