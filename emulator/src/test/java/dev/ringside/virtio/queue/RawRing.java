package dev.ringside.virtio.queue;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.SplitLayout;

/** A split ring in guest memory that a test writes by hand, rules or no rules. */
public final class RawRing {
  public static final long DESCRIPTORS = 0x1000;
  public static final long AVAILABLE = 0x2000;
  public static final long USED = 0x3000;

  private final GuestMemory memory;
  private final int size;
  private int availableIndex;

  public RawRing(GuestMemory memory, int size) {
    this.memory = memory;
    this.size = size;
  }

  /** Writes a descriptor into the ring's own table. */
  public RawRing descriptor(int index, long address, long length, int flags, int next) {
    return entry(DESCRIPTORS, index, address, length, flags, next);
  }

  /** Writes a descriptor into a table anywhere. */
  public RawRing entry(long table, int index, long address, long length, int flags, int next) {
    long at = table + (long) SplitLayout.DESCRIPTOR_SIZE * index;
    memory.setU64(at, address);
    memory.setU64(at + 8, SplitLayout.descriptorWord((int) length, flags, next));
    return this;
  }

  /** Puts a head into the available ring and publishes it. */
  public RawRing makeAvailable(int head) {
    memory.setU16(AVAILABLE + 4 + 2L * (availableIndex % size), head);
    availableIndex = (availableIndex + 1) & 0xffff;
    return availableIndex(availableIndex);
  }

  /** Sets the available index to anything. */
  public RawRing availableIndex(int index) {
    memory.setU16Release(AVAILABLE + SplitLayout.AVAIL_IDX, index);
    return this;
  }

  public RawRing availableFlags(int flags) {
    memory.setU16(AVAILABLE, flags);
    return this;
  }

  public RawRing usedEvent(int index) {
    memory.setU16(AVAILABLE + SplitLayout.usedEventOffset(size), index);
    return this;
  }

  public int availEvent() {
    return memory.getU16(USED + SplitLayout.availEventOffset(size));
  }

  public int usedFlags() {
    return memory.getU16(USED);
  }

  public int usedIndex() {
    return memory.getU16Acquire(USED + SplitLayout.USED_IDX);
  }

  public int usedId(int entry) {
    return memory.getU32(USED + 4 + 8L * (entry % size));
  }

  public int usedLength(int entry) {
    return memory.getU32(USED + 8 + 8L * (entry % size));
  }

  /** The settings of this ring, ready to be enabled. */
  public QueueConfig config() {
    QueueConfig config = new QueueConfig(size);
    config.setDescriptorArea(DESCRIPTORS);
    config.setDriverArea(AVAILABLE);
    config.setDeviceArea(USED);
    return config;
  }
}
