package dev.ringside.storage;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory as the buffers that a file channel takes. A buffer is made once for each {@link
 * #WINDOW_SIZE} of memory and moved to where a transfer is; a transfer that crosses two windows
 * takes two. For one task.
 */
final class MemoryViews {
  /** A buffer cannot be larger than 2 GiB. */
  private static final long WINDOW_SIZE = 1L << 30;

  private MemorySegment memory = MemorySegment.NULL;
  private @Nullable ByteBuffer[] windows = new ByteBuffer[0];

  /** Turns to a memory, whose buffers are kept while it is the same. */
  MemoryViews of(MemorySegment other) {
    if (memory != other) {
      memory = other;
      windows = new ByteBuffer[Math.toIntExact(Math.ceilDiv(other.byteSize(), WINDOW_SIZE))];
    }
    return this;
  }

  /**
   * Bytes of the memory, as many as there are up to the end of a window. It is valid until the next
   * call.
   *
   * @throws RuntimeException when there is no such memory
   */
  ByteBuffer view(long offset, long length) {
    int index = Math.toIntExact(offset / WINDOW_SIZE);
    ByteBuffer window = windows[index];
    if (window == null) {
      long start = index * WINDOW_SIZE;
      window =
          memory.asSlice(start, Math.min(WINDOW_SIZE, memory.byteSize() - start)).asByteBuffer();
      windows[index] = window;
    }
    int start = (int) (offset % WINDOW_SIZE);
    int end = (int) Math.min(start + length, WINDOW_SIZE);
    return window.limit(end).position(start);
  }
}
