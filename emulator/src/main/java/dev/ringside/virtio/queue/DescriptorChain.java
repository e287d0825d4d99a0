package dev.ringside.virtio.queue;

import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.IoVector;
import dev.ringside.virtio.state.ChainState;
import dev.ringside.virtio.state.ChainState.Piece;
import dev.ringside.virtio.state.DeviceStateException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One chain as the device took it from the ring: every descriptor copied once and checked, so that
 * a guest that changes it later changes nothing here. The device-readable buffers come first, the
 * device-writable ones follow (virtio 1.4, section 2.7.4.2). An object serves one chain after the
 * other without allocation.
 */
public final class DescriptorChain {
  /** The largest number of bytes a chain may describe (virtio 1.4, section 2.7.5). */
  private static final long MAX_BYTES = 1L << 32;

  private static final int INITIAL_CAPACITY = 8;

  private final GuestMemory memory;
  private final IoVector readable;
  private final IoVector writable;

  /** Buffers in the order of the chain, without empty ones: pairs of an offset and a length. */
  private long[] buffers = new long[2 * INITIAL_CAPACITY];

  /** How many longs of {@link #buffers} are taken, and how many of them by readable buffers. */
  private int end;

  private int split;

  /** Whether an empty writable buffer came, which leaves no other trace. */
  private boolean emptyWritable;

  private int head;
  private int ringLength;

  /** Where a {@link PackedInFlight} has it, when there is one. */
  private int accountEntry;

  /** An empty chain over this guest's memory. */
  public DescriptorChain(GuestMemory memory) {
    this.memory = memory;
    this.readable = new IoVector(memory.segment());
    this.writable = new IoVector(memory.segment());
  }

  void start() {
    end = 0;
    split = 0;
    emptyWritable = false;
  }

  void add(long address, long length, boolean isWritable) throws RingViolationException {
    long offset = memory.offset(address, length);
    if (offset < 0) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM, "0x%x + %d".formatted(address, length));
    }
    int at = end;
    if (!isWritable && (split != at || emptyWritable)) {
      throw new RingViolationException(
          RingViolation.READABLE_AFTER_WRITABLE, "buffer at 0x%x".formatted(address));
    }
    if (length == 0) {
      emptyWritable |= isWritable;
      return;
    }
    if (at == buffers.length) {
      buffers = Arrays.copyOf(buffers, 2 * at);
    }
    buffers[at] = offset;
    buffers[at + 1] = length;
    end = at + 2;
    if (!isWritable) {
      split = at + 2;
    }
  }

  /**
   * Checks what only the whole chain shows.
   *
   * @param name what names the chain in the used ring
   * @param descriptors how many descriptors of the ring it takes
   */
  void end(int name, int descriptors) throws RingViolationException {
    head = name;
    ringLength = descriptors;
    long readableBytes = bytes(0, split);
    long writableBytes = bytes(split, end);
    long bytes = readableBytes + writableBytes;
    if (bytes > MAX_BYTES) {
      throw new RingViolationException(RingViolation.CHAIN_TOO_LARGE, "%d bytes".formatted(bytes));
    }
    readable.view(buffers, 0, split, readableBytes);
    writable.view(buffers, split, end, writableBytes);
  }

  private long bytes(int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += buffers[i + 1];
    }
    return sum;
  }

  /**
   * What names the chain when it is used: the index of its first descriptor in a split ring, its
   * buffer id in a packed one. For the device an opaque number.
   */
  public int head() {
    return head;
  }

  /** How many descriptors were fetched: one for each buffer, and one for an indirect table. */
  public int descriptors() {
    int pieces = end / 2;
    return ringLength < pieces ? pieces + 1 : pieces;
  }

  /** How many descriptors of the ring it takes; an indirect table takes one. */
  int ringLength() {
    return ringLength;
  }

  int accountEntry() {
    return accountEntry;
  }

  void setAccountEntry(int entry) {
    accountEntry = entry;
  }

  /**
   * What is left of the chain, for a device that is saved. Buffers that were cut off its front or
   * end are not in it.
   */
  public ChainState state() {
    return new ChainState(head, ringLength, pieces(readable), pieces(writable));
  }

  private List<Piece> pieces(IoVector vector) {
    return IntStream.range(0, vector.count())
        .mapToObj(i -> new Piece(memory.address(vector.offset(i)), vector.length(i)))
        .toList();
  }

  /**
   * Becomes a chain that was in flight when a device was saved, checked as {@code DeviceQueue.pop}
   * checks one.
   *
   * @throws DeviceStateException when a device could not have taken it
   */
  public void restore(ChainState saved) throws DeviceStateException {
    try {
      start();
      for (Piece piece : saved.readable()) {
        add(piece.address(), piece.length(), false);
      }
      for (Piece piece : saved.writable()) {
        add(piece.address(), piece.length(), true);
      }
      end(saved.head(), saved.ringLength());
    } catch (RingViolationException broken) {
      throw new DeviceStateException("a chain in flight: " + broken.getMessage(), broken);
    }
  }

  /** The buffers that the device reads; pieces of {@link GuestMemory#segment()}. */
  public IoVector readable() {
    return readable;
  }

  /** The buffers that the device writes; pieces of {@link GuestMemory#segment()}. */
  public IoVector writable() {
    return writable;
  }
}
