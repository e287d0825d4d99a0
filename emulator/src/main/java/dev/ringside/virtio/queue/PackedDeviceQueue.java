package dev.ringside.virtio.queue;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.PackedLayout.*;

import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.RingState;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The device's side of a packed virtqueue (virtio 1.4, section 2.8). Descriptors are taken and used
 * in place; places are counted as {@link dev.ringside.virtio.spec.PackedLayout} cursors.
 *
 * <p>A batch of used descriptors is published with one store: the driver takes them in order, so
 * while the first one is not used, those behind it are not reached.
 */
public final class PackedDeviceQueue implements DeviceQueue {
  /**
   * Entries that an indirect table can have in any case. The size of the ring does not limit a
   * table (section 2.8.7), so that even a ring of one descriptor holds a request.
   */
  private static final int MIN_TABLE_LIMIT = 256;

  private final GuestMemory memory;
  private final MemorySegment ram;

  /** Where {@link #ring} and the two event structures lie in {@link #ram}. */
  private final long ringOffset;

  private final long driverEventOffset;
  private final long deviceEventOffset;

  /** Null when all memory is mapped. */
  private final @Nullable RingCopy copy;

  private final int size;
  private final MemorySegment ring;
  private final MemorySegment driverEvent;
  private final MemorySegment deviceEvent;
  private final boolean eventIndex;
  private final boolean indirect;
  private final boolean inOrder;
  private final long maxTableBytes;

  /** The next descriptor to look at. */
  private int nextAvailable;

  /** Descriptors of the chains that were popped and not yet given back. */
  private int inFlight;

  /** Where the next used descriptor goes. */
  private int nextUsed;

  /** The first used descriptor that the driver does not see. */
  private int publishedUsed;

  /** The second half of the descriptor at {@link #publishedUsed}, which makes the batch used. */
  private long publishingWord;

  private int unpublished;
  private boolean kicksEnabled = true;

  /** Where chains in flight are noted for whoever comes after this process; null for nobody. */
  private @Nullable PackedInFlight account;

  /** Chains that a device before this one has left in the account; from {@link #nextLeft} on. */
  private int[] left = {};

  private int nextLeft;

  /** Keeps the compiler from leaving {@link #preload} out. */
  @SuppressWarnings("unused")
  private long preloaded;

  /** Expects a configuration that {@link QueueConfig} has checked. */
  PackedDeviceQueue(
      GuestMemory memory,
      int size,
      long descriptors,
      long driverEvent,
      long deviceEvent,
      long features) {
    this.memory = memory;
    this.ram = memory.segment();
    this.size = size;
    this.ringOffset = memory.checkedOffset(descriptors, descriptorRingBytes(size));
    this.driverEventOffset = memory.checkedOffset(driverEvent, EVENT_SIZE);
    this.deviceEventOffset = memory.checkedOffset(deviceEvent, EVENT_SIZE);
    this.ring = ram.asSlice(ringOffset, descriptorRingBytes(size));
    this.driverEvent = ram.asSlice(driverEventOffset, EVENT_SIZE);
    this.deviceEvent = ram.asSlice(deviceEventOffset, EVENT_SIZE);
    this.copy = RingCopy.of(memory);
    this.eventIndex = Feature.EVENT_IDX.isIn(features);
    this.indirect = Feature.INDIRECT_DESC.isIn(features);
    this.inOrder = Feature.IN_ORDER.isIn(features);
    this.maxTableBytes = descriptorRingBytes(Math.max(size, MIN_TABLE_LIMIT));
  }

  @Override
  public int size() {
    return size;
  }

  /** The second half of the descriptor at {@link #nextAvailable}. */
  private long availableWord() {
    // Acquire: the rest of the list, and what it describes, are read after it.
    return getU64Acquire(ring, at(nextAvailable) + DESCRIPTOR_LEN_ID_FLAGS);
  }

  private long at(int cursor) {
    return (long) DESCRIPTOR_SIZE * index(cursor, size);
  }

  @Override
  public boolean pop(DescriptorChain chain) throws RingViolationException {
    if (nextLeft < left.length && account != null) {
      takeLeft(account, left[nextLeft], chain);
      nextLeft++;
      return true;
    }
    long word = availableWord();
    if (!isAvailable(descriptorFlags(word), nextAvailable, size)) {
      if (copy == null || !fetchAvailable(copy)) {
        return false;
      }
      word = availableWord();
    }
    chain.start();
    int cursor = nextAvailable;
    int length = 1;
    long address = getU64(ring, at(cursor) + DESCRIPTOR_ADDR);
    if ((descriptorFlags(word) & DESC_F_INDIRECT) != 0) {
      walkTable(address, word, chain);
    } else {
      chain.add(address, length(word), (descriptorFlags(word) & DESC_F_WRITE) != 0);
      while ((descriptorFlags(word) & DESC_F_NEXT) != 0) {
        cursor = advance(cursor, 1, size);
        word = getU64(ring, at(cursor) + DESCRIPTOR_LEN_ID_FLAGS);
        address = getU64(ring, at(cursor) + DESCRIPTOR_ADDR);
        length++;
        checkNext(word, cursor, length);
        chain.add(address, length(word), (descriptorFlags(word) & DESC_F_WRITE) != 0);
      }
    }
    if (length > size - inFlight) {
      throw new RingViolationException(
          RingViolation.DESCRIPTOR_IN_FLIGHT,
          "a list of %d with %d of %d in flight".formatted(length, inFlight, size));
    }
    // The buffer id stands in the last descriptor (section 2.8.6).
    chain.end(id(word), length);
    if (copy != null) {
      copy.popped(chain);
    }
    if (account != null) {
      note(account, length, chain);
    }
    inFlight += length;
    nextAvailable = advance(nextAvailable, length, size);
    return true;
  }

  /**
   * Fetches the next descriptor and, when it is available, after it all that the driver can have
   * made available with it: up to those whose use this side has not published.
   */
  private boolean fetchAvailable(RingCopy rings) throws RingViolationException {
    rings.fetch(ringOffset + at(nextAvailable), DESCRIPTOR_SIZE);
    if (!isAvailable(descriptorFlags(availableWord()), nextAvailable, size)) {
      return false;
    }
    int first = index(nextAvailable, size);
    int taken = Math.floorMod(nextAvailable - publishedUsed, 2 * size);
    int count = size - taken;
    int toEnd = Math.min(count, size - first);
    rings.fetch(ringOffset + (long) DESCRIPTOR_SIZE * first, (long) DESCRIPTOR_SIZE * toEnd);
    rings.fetch(ringOffset, (long) DESCRIPTOR_SIZE * (count - toEnd));
    return true;
  }

  private void note(PackedInFlight notes, int length, DescriptorChain chain)
      throws RingViolationException {
    // What is done and not published has its entries still, as it has its descriptors.
    if (length > notes.free()) {
      throw new RingViolationException(
          RingViolation.DESCRIPTOR_IN_FLIGHT,
          "a list of %d with %d of %d not given back".formatted(length, size - notes.free(), size));
    }
    chain.setAccountEntry(notes.taken(ring, nextAvailable, length));
  }

  /** As {@link #pop}, for a chain of which the ring may have nothing any more. */
  private void takeLeft(PackedInFlight notes, int first, DescriptorChain chain)
      throws RingViolationException {
    chain.start();
    int length = notes.length(first);
    int entry = first;
    long word = notes.word(entry);
    if (length == 1 && (descriptorFlags(word) & DESC_F_INDIRECT) != 0) {
      walkTable(notes.address(entry), word, chain);
    } else {
      for (int i = 0; i < length; i++) {
        entry = i == 0 ? first : notes.following(entry);
        word = notes.word(entry);
        if ((descriptorFlags(word) & DESC_F_INDIRECT) != 0) {
          throw new RingViolationException(
              RingViolation.INDIRECT_IN_LIST, "entry %d of the account".formatted(entry));
        }
        chain.add(notes.address(entry), length(word), (descriptorFlags(word) & DESC_F_WRITE) != 0);
      }
    }
    chain.end(id(word), length);
    chain.setAccountEntry(first);
  }

  @Override
  public void preload(int chains) {
    long sum = 0;
    int cursor = nextAvailable;
    for (int i = 0; i < chains; i++) {
      long word = getU64Acquire(ring, at(cursor) + DESCRIPTOR_LEN_ID_FLAGS);
      if (!isAvailable(descriptorFlags(word), cursor, size)) {
        break;
      }
      long address = getU64(ring, at(cursor) + DESCRIPTOR_ADDR);
      long offset = memory.offset(address, Long.BYTES);
      if (offset >= 0) {
        sum += getU64(ram, offset);
      }
      cursor = advance(cursor, 1, size);
    }
    preloaded = sum;
  }

  private void checkNext(long word, int cursor, int length) throws RingViolationException {
    if (length > size) {
      throw new RingViolationException(
          RingViolation.CHAIN_TOO_LONG, "from descriptor %d".formatted(index(cursor, size)));
    }
    if (!isAvailable(descriptorFlags(word), cursor, size)) {
      throw new RingViolationException(
          RingViolation.LIST_INCOMPLETE, "descriptor %d".formatted(index(cursor, size)));
    }
    if ((descriptorFlags(word) & DESC_F_INDIRECT) != 0) {
      throw new RingViolationException(
          RingViolation.INDIRECT_IN_LIST, "descriptor %d".formatted(index(cursor, size)));
    }
  }

  /**
   * Copies an indirect table. Its entries follow each other, so there are no links and no loops; of
   * their flags only WRITE means anything (section 2.8.7).
   */
  private void walkTable(long address, long word, DescriptorChain chain)
      throws RingViolationException {
    long length = length(word);
    if (!indirect) {
      throw new RingViolationException(
          RingViolation.INDIRECT_NOT_NEGOTIATED, "table at 0x%x".formatted(address));
    }
    if ((descriptorFlags(word) & DESC_F_NEXT) != 0) {
      throw new RingViolationException(
          RingViolation.INDIRECT_IN_LIST, "table at 0x%x".formatted(address));
    }
    if (length == 0 || length % DESCRIPTOR_SIZE != 0) {
      throw new RingViolationException(
          RingViolation.INDIRECT_LENGTH_INVALID, "%d bytes".formatted(length));
    }
    if (length > maxTableBytes) {
      throw new RingViolationException(
          RingViolation.CHAIN_TOO_LONG,
          "a table of %d entries".formatted(length / DESCRIPTOR_SIZE));
    }
    long start = memory.offset(address, length);
    if (start < 0) {
      throw new RingViolationException(
          RingViolation.BUFFER_OUTSIDE_RAM,
          "indirect table at 0x%x + %d".formatted(address, length));
    }
    if (copy != null) {
      copy.fetch(start, length);
    }
    for (long entry = start; entry < start + length; entry += DESCRIPTOR_SIZE) {
      long buffer = getU64(ram, entry + DESCRIPTOR_ADDR);
      long described = getU64(ram, entry + DESCRIPTOR_LEN_ID_FLAGS);
      chain.add(buffer, length(described), (descriptorFlags(described) & DESC_F_WRITE) != 0);
    }
  }

  @Override
  public void addUsed(DescriptorChain chain, long written) {
    addUsedAs(chain.head(), chain, written);
  }

  @Override
  public void addUsedAs(int id, DescriptorChain chain, long written) {
    // With IN_ORDER one descriptor for the batch: the last one's id, in the place of the first
    // (section 2.8.9).
    int cursor = inOrder ? publishedUsed : nextUsed;
    // WRITE says that the length means something (section 2.8.8).
    int flags = usedFlags(cursor, size) | (written > 0 ? DESC_F_WRITE : 0);
    long word = descriptorWord((int) written, id, flags);
    if (cursor == publishedUsed) {
      publishingWord = word;
    } else {
      setU64(ring, at(cursor) + DESCRIPTOR_LEN_ID_FLAGS, word);
      storeWord(cursor);
    }
    if (copy != null) {
      copy.used(chain);
    }
    if (account != null) {
      account.used(chain.accountEntry());
    }
    nextUsed = advance(nextUsed, chain.ringLength(), size);
    inFlight -= chain.ringLength();
    unpublished++;
  }

  private void storeWord(int cursor) {
    if (copy != null) {
      copy.store(ringOffset + at(cursor) + DESCRIPTOR_LEN_ID_FLAGS, Long.BYTES);
    }
  }

  @Override
  public boolean inOrder() {
    return inOrder;
  }

  @Override
  public boolean publishUsed() {
    if (unpublished == 0) {
      return false;
    }
    int old = publishedUsed;
    if (account != null) {
      account.publishing(nextUsed);
    }
    // Release: the batch's other descriptors, and the data behind them, are visible before it.
    setU64Release(ring, at(old) + DESCRIPTOR_LEN_ID_FLAGS, publishingWord);
    storeWord(old);
    publishedUsed = nextUsed;
    unpublished = 0;
    if (account != null) {
      account.published();
    }
    // The descriptor must be visible before the driver's wish is read: a driver that armed its
    // interrupt just before either sees it, or is seen here (section 2.8.21.3.1).
    GuestMemory.fullFence();
    if (copy != null) {
      copy.fetchQuietly(driverEventOffset, EVENT_SIZE);
    }
    return wantsEvent(getU32(driverEvent, 0), eventIndex, nextUsed, old, size);
  }

  @Override
  public int unpublished() {
    return unpublished;
  }

  @Override
  public void suppressKicks() {
    if (kicksEnabled) {
      kicksEnabled = false;
      setU32(deviceEvent, 0, event(EVENT_DISABLE, 0));
    }
  }

  @Override
  public boolean enableKicks() throws RingViolationException {
    kicksEnabled = true;
    int flags = eventIndex ? EVENT_DESC : EVENT_ENABLE;
    setU32(deviceEvent, 0, event(flags, offsetWrap(nextAvailable, size)));
    if (copy != null) {
      copy.store(deviceEventOffset, EVENT_SIZE);
    }
    // The wish must be visible before the ring is looked at again: a driver that published just
    // before either sees the wish, or is seen here (section 2.8.21.3.1).
    GuestMemory.fullFence();
    if (nextLeft < left.length) {
      return true;
    }
    if (copy != null) {
      return fetchAvailable(copy);
    }
    return isAvailable(descriptorFlags(availableWord()), nextAvailable, size);
  }

  @Override
  public RingState state() {
    return new RingState(nextAvailable, nextUsed);
  }

  void restore(RingState saved) throws DeviceStateException {
    DeviceStateException.require(
        isCursor(saved.nextAvailable()) && isCursor(saved.nextUsed()),
        "a packed ring of %d at %d, used %d",
        size,
        saved.nextAvailable(),
        saved.nextUsed());
    nextAvailable = saved.nextAvailable();
    nextUsed = saved.nextUsed();
    publishedUsed = nextUsed;
  }

  private boolean isCursor(int number) {
    return number >= 0 && number < 2 * size;
  }

  @Override
  public void adopt(List<DescriptorChain> chains) throws DeviceStateException {
    long descriptors = 0;
    for (DescriptorChain chain : chains) {
      DeviceStateException.require(
          isId(chain.head()) && chain.ringLength() >= 1,
          "buffer %d of %d descriptors",
          chain.head(),
          chain.ringLength());
      descriptors += chain.ringLength();
    }
    int taken = Math.floorMod(nextAvailable - nextUsed, 2 * size);
    DeviceStateException.require(
        taken == descriptors && taken <= size,
        "chains of %d descriptors for %d of %d in flight",
        descriptors,
        taken,
        size);
    inFlight = taken;
  }

  private static boolean isId(int number) {
    return (number & 0xffff) == number;
  }

  @Override
  public void keepAccount(MemorySegment region) throws DeviceStateException {
    PackedInFlight.Found found = PackedInFlight.open(region, ring, nextUsed);
    account = found.account();
    RingState there = found.ring();
    if (there != null) {
      left = found.chains().stream().mapToInt(Integer::intValue).toArray();
      restore(there);
      inFlight = Math.floorMod(nextAvailable - nextUsed, 2 * size);
    }
  }

  @Override
  public void closeAccount() {
    if (account != null && inFlight == 0 && nextLeft == left.length) {
      account.end();
    }
  }
}
