package dev.ringside.virtio.queue;

import dev.ringside.machine.GuestMemory;
import java.util.Arrays;

/**
 * One chain as the device took it from the ring: every descriptor copied once and checked, so that
 * a guest that changes it later changes nothing here. The device-readable buffers come first
 * (virtio 1.4, section 2.7.4.2). An object serves one chain after the other without allocation.
 *
 * <p>Buffers are kept as offsets into {@link GuestMemory#segment()}, all of them inside RAM.
 */
public final class DescriptorChain {
  private static final int INITIAL_CAPACITY = 8;

  /** The largest number of bytes a chain may describe (virtio 1.4, section 2.7.5). */
  private static final long MAX_BYTES = 1L << 32;

  private final GuestMemory memory;
  private long[] offsets = new long[INITIAL_CAPACITY];
  private long[] lengths = new long[INITIAL_CAPACITY];
  private int head;
  private int count;
  private int readableCount;
  private long readableBytes;
  private long writableBytes;

  /** An empty chain over this guest's memory. */
  public DescriptorChain(GuestMemory memory) {
    this.memory = memory;
  }

  void start(int newHead) {
    head = newHead;
    count = 0;
    readableCount = 0;
    readableBytes = 0;
    writableBytes = 0;
  }

  void add(long address, long length, boolean writable) throws RingViolationException {
    long offset = memory.offset(address, length);
    if (offset < 0) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM, "0x%x + %d".formatted(address, length));
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count] = length;
    count++;
    if (writable) {
      writableBytes += length;
    } else if (writableBytes == 0 && readableCount == count - 1) {
      readableCount = count;
      readableBytes += length;
    } else {
      throw new RingViolationException(
          RingViolation.READABLE_AFTER_WRITABLE, "buffer %d of the chain".formatted(count - 1));
    }
    if (readableBytes + writableBytes > MAX_BYTES) {
      throw new RingViolationException(
          RingViolation.CHAIN_TOO_LARGE, "%d bytes".formatted(readableBytes + writableBytes));
    }
  }

  /** The RAM that the buffers lie in. */
  public GuestMemory memory() {
    return memory;
  }

  /** Index of the first descriptor, which names the chain in the used ring. */
  public int head() {
    return head;
  }

  /** How many buffers there are; indirect tables are resolved. */
  public int count() {
    return count;
  }

  /** How many of them, from the first on, the device reads; it writes the others. */
  public int readableCount() {
    return readableCount;
  }

  /** Where a buffer lies in {@link GuestMemory#segment()}. */
  public long offset(int index) {
    return offsets[index];
  }

  /** Length of a buffer in bytes; may be 0. */
  public long length(int index) {
    return lengths[index];
  }

  /** Bytes of all device-readable buffers. */
  public long readableBytes() {
    return readableBytes;
  }

  /** Bytes of all device-writable buffers. */
  public long writableBytes() {
    return writableBytes;
  }
}
