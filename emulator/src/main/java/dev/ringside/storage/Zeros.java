package dev.ringside.storage;

import dev.ringside.machine.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A block of zeros that never changes, to copy from. */
final class Zeros {
  /** Length of {@link #BLOCK}: 64 KiB. */
  static final int LENGTH = 64 * 1024;

  static final MemorySegment BLOCK = Arena.global().allocate(LENGTH).asReadOnly();

  /** Pieces of a {@link #vector}: it describes 4 MiB at most. */
  private static final int MAX_PIECES = 64;

  private Zeros() {}

  /**
   * Zeros to write, at most {@code length} bytes of them, and not more than a vector should hold.
   */
  static IoVector vector(long length) {
    IoVector vector = new IoVector(BLOCK);
    for (int piece = 0; piece < MAX_PIECES && vector.bytes() < length; piece++) {
      vector.add(0, Math.min(LENGTH, length - vector.bytes()));
    }
    return vector;
  }

  /** Sets memory to zeros. */
  static void fill(MemorySegment memory, long offset, long length) {
    for (long done = 0; done < length; ) {
      long part = Math.min(length - done, LENGTH);
      MemorySegment.copy(BLOCK, 0, memory, offset + done, part);
      done += part;
    }
  }
}
