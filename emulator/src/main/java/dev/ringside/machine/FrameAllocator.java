package dev.ringside.machine;

import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands out guest RAM in frames of {@link GuestMemory#FRAME_SIZE} bytes: the guest kernel's page
 * allocator. Rings, request slots and caches take their memory from here. Safe for several threads.
 *
 * <p>The frame at address 0 is never handed out, so that 0 can mean "no address".
 */
public final class FrameAllocator {
  private final GuestMemory memory;
  private final ReentrantLock lock = new ReentrantLock();
  private final BitSet taken = new BitSet();
  private final int lowFrames;
  private final int frames;
  private int hint = 1;
  private int free;

  /** All frames of {@code memory} but the first are free. */
  public FrameAllocator(GuestMemory memory) {
    this.memory = memory;
    this.lowFrames = Math.toIntExact(memory.lowEnd() / GuestMemory.FRAME_SIZE);
    this.frames = Math.toIntExact(memory.size() / GuestMemory.FRAME_SIZE);
    this.free = frames - 1;
    taken.set(0);
  }

  /**
   * Takes contiguous frames for at least {@code bytes} bytes, and zeroes them.
   *
   * @return the guest-physical address of the first, a multiple of the frame size
   * @throws GuestOutOfMemoryException when no such run is free
   */
  public long allocate(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("an allocation of " + bytes + " bytes");
    }
    int count = framesFor(bytes);
    long address;
    lock.lock();
    try {
      int first = findRun(hint, count);
      if (first < 0) {
        first = findRun(1, count);
      }
      if (first < 0) {
        throw new GuestOutOfMemoryException(bytes, freeBytes());
      }
      taken.set(first, first + count);
      free -= count;
      hint = first + count;
      address = addressOf(first);
    } finally {
      lock.unlock();
    }
    memory.fill(address, (long) count * GuestMemory.FRAME_SIZE, (byte) 0);
    return address;
  }

  /**
   * Gives frames back.
   *
   * @param address what {@link #allocate} returned
   * @param bytes what it was asked for
   * @throws IllegalArgumentException when these frames are not taken
   */
  public void free(long address, long bytes) {
    int count = framesFor(bytes);
    int first = frameOf(address);
    lock.lock();
    try {
      if (first < 1 || first + count > frames || taken.nextClearBit(first) < first + count) {
        throw new IllegalArgumentException(
            "frames at 0x%x, %d bytes, are not taken".formatted(address, bytes));
      }
      taken.clear(first, first + count);
      free += count;
      hint = Math.min(hint, first);
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes are free, in frames that need not be contiguous. */
  public long freeBytes() {
    lock.lock();
    try {
      return (long) free * GuestMemory.FRAME_SIZE;
    } finally {
      lock.unlock();
    }
  }

  /** A run of free frames that does not cross the hole, or -1. */
  private int findRun(int from, int count) {
    int first = taken.nextClearBit(from);
    while (first + count <= frames) {
      if (first < lowFrames && first + count > lowFrames) {
        first = taken.nextClearBit(lowFrames);
        continue;
      }
      int end = taken.nextSetBit(first);
      if (end < 0 || end - first >= count) {
        return first;
      }
      first = taken.nextClearBit(end);
    }
    return -1;
  }

  private static int framesFor(long bytes) {
    return Math.toIntExact(Math.ceilDiv(bytes, GuestMemory.FRAME_SIZE));
  }

  private long addressOf(int frame) {
    long offset = (long) frame * GuestMemory.FRAME_SIZE;
    return frame < lowFrames ? offset : memory.highStart() + offset - memory.lowEnd();
  }

  private int frameOf(long address) {
    long offset = memory.checkedOffset(address, 1);
    return Math.toIntExact(offset / GuestMemory.FRAME_SIZE);
  }
}
