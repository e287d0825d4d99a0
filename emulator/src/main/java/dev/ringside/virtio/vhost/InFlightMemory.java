package dev.ringside.virtio.vhost;

import dev.ringside.machine.LittleEndian;
import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Mapping;
import dev.ringside.posix.MemoryFile;
import dev.ringside.posix.PosixException;
import dev.ringside.virtio.spec.VhostUserInflight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which the rings' chains in flight are noted: made here, kept by the frontend, and
 * given back to whoever serves the rings next. Each queue has a part of the same size, enough for a
 * ring of either layout.
 */
final class InFlightMemory implements AutoCloseable {
  private static final long PART_ALIGNMENT = 64;
  private static final long PAGE = 4096;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment all;
  private final int queues;
  private final int queueSize;

  private InFlightMemory(Descriptor file, long offset, long size, int queues, int queueSize)
      throws PosixException {
    this.queues = queues;
    this.queueSize = queueSize;
    boolean mapped = false;
    try {
      this.all = Mapping.shared(file, offset, size, arena);
      mapped = true;
    } finally {
      if (!mapped) {
        arena.close();
      }
    }
  }

  private static long partBytes(int queueSize) {
    long bytes =
        Math.max(VhostUserInflight.splitBytes(queueSize), VhostUserInflight.packedBytes(queueSize));
    return (bytes + PART_ALIGNMENT - 1) & -PART_ALIGNMENT;
  }

  /** How much memory so many queues need, in bytes. */
  static long bytes(int queues, int queueSize) {
    return (queues * partBytes(queueSize) + PAGE - 1) & -PAGE;
  }

  /** A file of zeros for so many queues, which nobody can make smaller; it is the caller's. */
  static Descriptor create(int queues, int queueSize) throws PosixException {
    Descriptor file = MemoryFile.create("ringside-inflight", bytes(queues, queueSize));
    boolean sealed = false;
    try {
      MemoryFile.seal(file, MemoryFile.SEAL_SHRINK | MemoryFile.SEAL_GROW | MemoryFile.SEAL_SEAL);
      sealed = true;
      return file;
    } finally {
      if (!sealed) {
        file.close();
      }
    }
  }

  /**
   * Maps what the frontend has kept.
   *
   * @param file stays the caller's
   */
  static InFlightMemory map(Descriptor file, long offset, long size, int queues, int queueSize)
      throws RefusedRequestException {
    try {
      long needed = bytes(queues, queueSize);
      if (size < queues * partBytes(queueSize)
          || offset < 0
          || offset % PAGE != 0
          || size > file.size()
          || offset > file.size() - size) {
        throw new RefusedRequestException(
            "an inflight region of 0x%x bytes at 0x%x of a file of 0x%x: %d queues of %d need 0x%x"
                .formatted(size, offset, file.size(), queues, queueSize, needed));
      }
      return new InFlightMemory(file, offset, size, queues, queueSize);
    } catch (PosixException failure) {
      throw new RefusedRequestException("an inflight region", failure);
    }
  }

  /**
   * The part of one queue, or null when it has none.
   *
   * @param bytes that it needs
   */
  @Nullable MemorySegment part(int queue, int size, long bytes) throws RefusedRequestException {
    if (queue >= queues) {
      return null;
    }
    if (size > queueSize) {
      throw new RefusedRequestException(
          "queue %d has %d descriptors, and the inflight region room for %d"
              .formatted(queue, size, queueSize));
    }
    return all.asSlice(queue * partBytes(queueSize), bytes);
  }

  /** Whether chains of a queue have been noted, and not all given back. */
  boolean isUsed(int queue) {
    return queue < queues
        && LittleEndian.getU16(all, queue * partBytes(queueSize) + VhostUserInflight.VERSION_FIELD)
            != 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
