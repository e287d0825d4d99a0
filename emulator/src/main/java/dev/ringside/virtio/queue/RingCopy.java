package dev.ringside.virtio.queue;

import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.machine.MemoryMirror;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a queue does beside its work when its guest's memory is not all mapped: before it reads a
 * part of the ring, a table or a buffer it fetches it, and what it wrote it stores. Where memory is
 * mapped, this finds that out and does nothing.
 *
 * <p>A fetch stands where a mapped ring has a load with acquire, a store where it has one with
 * release; each is over when it returns, so their order is the order of the calls.
 *
 * <p>Notifications are never suppressed in a copy: each change of the wish would cost a message of
 * its own, where a notification costs one.
 */
final class RingCopy {
  private static final long[] NONE = {};

  private final MemoryMirror mirror;
  private final MemorySegment ram;

  /** Writable buffers of chains in flight, by their heads: pairs of an offset and a length. */
  private final Map<Integer, long[]> writable = new HashMap<>();

  /** A store failed; told when the queue next takes something. */
  private boolean unreachable;

  private RingCopy(MemoryMirror mirror, MemorySegment ram) {
    this.mirror = mirror;
    this.ram = ram;
  }

  /** Null for memory that is all mapped. */
  static @Nullable RingCopy of(GuestMemory memory) {
    MemoryMirror mirror = memory.mirror();
    return mirror == null ? null : new RingCopy(mirror, memory.segment());
  }

  /**
   * Brings a range up to date.
   *
   * @throws RingViolationException when that fails, or a store before it did
   */
  void fetch(long offset, long length) throws RingViolationException {
    if (unreachable || !mirror.fetch(offset, length)) {
      throw new RingViolationException(
          RingViolation.MEMORY_UNREACHABLE, "%d bytes at offset 0x%x".formatted(length, offset));
    }
  }

  /** As {@link #fetch}, for who cannot throw: a failure is told by the next fetch. */
  void fetchQuietly(long offset, long length) {
    unreachable |= !mirror.fetch(offset, length);
  }

  /** Brings a range to the guest; a failure is told by the next fetch. */
  void store(long offset, long length) {
    unreachable |= !mirror.store(offset, length);
  }

  /**
   * Fetches what a chain has for the device to read. What it has for the device to write begins as
   * zeros: all of it is stored in the end, and nothing that lay there before must be.
   */
  void popped(DescriptorChain chain) throws RingViolationException {
    IoVector readable = chain.readable();
    for (int i = 0; i < readable.count(); i++) {
      fetch(readable.offset(i), readable.length(i));
    }
    IoVector buffers = chain.writable();
    long[] pieces = NONE;
    for (int i = 0; i < buffers.count(); i++) {
      long offset = buffers.offset(i);
      long length = buffers.length(i);
      if (mirror.isCopy(offset, length)) {
        pieces = pieces == NONE ? new long[2 * buffers.count()] : pieces;
        pieces[2 * i] = offset;
        pieces[2 * i + 1] = length;
        clearCopies(offset, length);
      }
    }
    if (pieces != NONE) {
      writable.put(chain.head(), pieces);
    }
  }

  /** A buffer that is mapped in part keeps that part as the guest has it. */
  private void clearCopies(long offset, long length) {
    long at = offset;
    while (at < offset + length) {
      long next = Math.min(offset + length, (at | (GuestMemory.FRAME_SIZE - 1)) + 1);
      if (mirror.isCopy(at, next - at)) {
        ram.asSlice(at, next - at).fill((byte) 0);
      }
      at = next;
    }
  }

  /** Stores what the device wrote into a chain's buffers. */
  void used(DescriptorChain chain) {
    long[] pieces = writable.isEmpty() ? null : writable.remove(chain.head());
    if (pieces == null) {
      return;
    }
    for (int i = 0; i < pieces.length; i += 2) {
      if (pieces[i + 1] > 0) {
        store(pieces[i], pieces[i + 1]);
      }
    }
  }
}
