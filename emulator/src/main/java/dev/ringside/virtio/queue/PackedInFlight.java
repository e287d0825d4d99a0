package dev.ringside.virtio.queue;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.PackedLayout.*;
import static dev.ringside.virtio.spec.VhostUserInflight.*;

import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.VhostUserInflight;
import dev.ringside.virtio.state.DeviceStateException;
import dev.ringside.virtio.state.RingState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of a packed ring's chains in flight, in memory that outlives this process: the next
 * device takes them over (vhost-user, "Inflight I/O tracking"). It holds a copy of every descriptor
 * that was taken, because used descriptors overwrite the ring.
 *
 * <pre>
 *   0          8         10         12          14              16
 *   | features | version | desc_num | free_head | old_free_head |
 *   16         18             20                  21                      22        32
 *   | used_idx | old_used_idx | used_wrap_counter | old_used_wrap_counter | padding |
 *   32
 *   | DescStatePacked, desc_num times
 *
 *   DescStatePacked, an entry of a free list, or one descriptor of a chain
 *   0          1         2      4      6     8         16   18      20    24     32
 *   | inflight | padding | next | last | num | counter | id | flags | len | addr |
 * </pre>
 *
 * <p>{@code inflight}, {@code last}, {@code num} and {@code counter} are those of a chain, in its
 * first entry. The {@code old_} fields are what holds; the others are ahead of them while a batch
 * is published, and its first descriptor in the ring decides which of them are true.
 *
 * <p>Whoever handed the memory over may write into it: it is read once, at the beginning, and
 * checked. The free list that is used is a copy.
 */
final class PackedInFlight {

  private final MemorySegment region;
  private final int size;

  /** What follows an entry in the free list, or in its chain; a copy of {@code next}. */
  private final int[] next;

  /** How many descriptors a chain has, by its first entry; a copy of {@code num}. */
  private final int[] lengths;

  private int freeHead;
  private int free;

  /** Where the ring is used up to, as a cursor; a copy of {@code used_idx}. */
  private int used;

  private long counter;

  /** First entries of chains that are done and not published. */
  private final int[] batch;

  private int batched;

  private PackedInFlight(MemorySegment region, int size) {
    this.region = region;
    this.size = size;
    this.next = new int[size];
    this.lengths = new int[size];
    this.batch = new int[size];
  }

  /** How much memory the account of a ring takes. */
  static long bytes(int size) {
    return VhostUserInflight.packedBytes(size);
  }

  /**
   * An account, the chains that it finds in flight, and where the ring stands with them.
   *
   * @param account from now on
   * @param chains their first entries, in the order in which they were taken
   * @param ring where it goes on; null for an account that begins here
   */
  record Found(PackedInFlight account, List<Integer> chains, @Nullable RingState ring) {}

  /**
   * Takes over an account, or begins one.
   *
   * @param region holds it
   * @param ring the descriptors, as many as the ring has
   * @param nextUsed cursor where the ring goes on when the account begins here
   * @throws DeviceStateException when it is damaged, or of another ring
   */
  static Found open(MemorySegment region, MemorySegment ring, int nextUsed)
      throws DeviceStateException {
    int size = (int) (ring.byteSize() / DESCRIPTOR_SIZE);
    DeviceStateException.require(
        region.byteSize() >= bytes(size),
        "an inflight region of %d bytes for a ring of %d",
        region.byteSize(),
        size);
    PackedInFlight account = new PackedInFlight(region, size);
    int version = getU16(region, VERSION_FIELD);
    if (version == 0) {
      account.begin(nextUsed);
      return new Found(account, List.of(), null);
    }
    DeviceStateException.require(
        version == VERSION && getU16(region, DESCRIPTORS) == size,
        "an inflight region of version %d for %d descriptors and a ring of %d",
        version,
        getU16(region, DESCRIPTORS),
        size);
    return account.recover(ring);
  }

  private void begin(int nextUsed) {
    region.fill((byte) 0);
    setU16(region, DESCRIPTORS, size);
    for (int entry = 0; entry < size; entry++) {
      link(entry, entry + 1);
    }
    free = size;
    noteUsed(nextUsed);
    commit();
    // The version makes it an account: last.
    VarHandle.releaseFence();
    setU16(region, VERSION_FIELD, VERSION);
  }

  private Found recover(MemorySegment ring) throws DeviceStateException {
    int oldUsed = cursor(PACKED_OLD_USED_INDEX, PACKED_OLD_USED_WRAP);
    int newUsed = cursor(PACKED_USED_INDEX, PACKED_USED_WRAP);
    boolean isPublished =
        oldUsed != newUsed
            && !isAvailable(
                descriptorFlags(
                    getU64(
                        ring,
                        (long) DESCRIPTOR_SIZE * index(oldUsed, size) + DESCRIPTOR_LEN_ID_FLAGS)),
                oldUsed,
                size);
    int usedUpTo = isPublished ? newUsed : oldUsed;
    int head = getU16(region, isPublished ? PACKED_FREE_HEAD : PACKED_OLD_FREE_HEAD);
    // What is in the free list is done, whatever its mark says.
    boolean[] isFree = new boolean[size];
    for (int i = head; i < size && !isFree[i]; i = getU16(region, at(i) + PACKED_ENTRY_NEXT)) {
      isFree[i] = true;
      mark(i, 0);
    }
    List<Integer> chains = chainsInFlight(isFree);
    int taken = claim(chains);
    noteUsed(usedUpTo);
    commit();
    return new Found(this, chains, new RingState(advance(usedUpTo, taken, size), usedUpTo));
  }

  private int cursor(long indexAt, long wrapAt) throws DeviceStateException {
    int index = getU16(region, indexAt);
    DeviceStateException.require(
        index < size, "an inflight region that is at descriptor %d of %d", index, size);
    return region.get(ValueLayout.JAVA_BYTE, wrapAt) != 0 ? index : index + size;
  }

  private List<Integer> chainsInFlight(boolean[] isFree) {
    record Taken(int entry, long counter) {}
    List<Taken> found = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (!isFree[i] && region.get(ValueLayout.JAVA_BYTE, at(i) + PACKED_ENTRY_INFLIGHT) != 0) {
        found.add(new Taken(i, getU64(region, at(i) + PACKED_ENTRY_COUNTER)));
      }
    }
    found.sort(Comparator.comparingLong(Taken::counter));
    counter = found.isEmpty() ? 0 : found.getLast().counter() + 1;
    return found.stream().map(Taken::entry).toList();
  }

  /** Notes whose entries are taken, and makes a free list of all others. */
  private int claim(List<Integer> chains) throws DeviceStateException {
    boolean[] isTaken = new boolean[size];
    int taken = 0;
    for (int chain : chains) {
      int length = getU16(region, at(chain) + PACKED_ENTRY_NUM);
      DeviceStateException.require(
          length >= 1 && length <= size - taken,
          "an inflight region with a chain of %d descriptors",
          length);
      lengths[chain] = length;
      int entry = chain;
      for (int i = 0; i < length; i++) {
        DeviceStateException.require(
            entry < size && !isTaken[entry], "an inflight region whose chains cross at %d", entry);
        isTaken[entry] = true;
        next[entry] = getU16(region, at(entry) + PACKED_ENTRY_NEXT);
        entry = next[entry];
      }
      taken += length;
    }
    freeHead = size;
    for (int entry = size - 1; entry >= 0; entry--) {
      if (!isTaken[entry]) {
        link(entry, freeHead);
        freeHead = entry;
      }
    }
    free = size - taken;
    return taken;
  }

  private void link(int entry, int following) {
    next[entry] = following;
    setU16(region, at(entry) + PACKED_ENTRY_NEXT, following);
  }

  private static long at(int entry) {
    return PACKED_HEADER_SIZE + (long) PACKED_ENTRY_SIZE * entry;
  }

  private void mark(int entry, int inFlight) {
    region.set(ValueLayout.JAVA_BYTE, at(entry) + PACKED_ENTRY_INFLIGHT, (byte) inFlight);
  }

  /** How many descriptors can be taken. */
  int free() {
    return free;
  }

  /**
   * A chain was taken from the ring.
   *
   * @param ring its descriptors
   * @param cursor of the first one
   * @param length how many, at most {@link #free}
   * @return the chain's first entry
   */
  int taken(MemorySegment ring, int cursor, int length) {
    int chain = freeHead;
    int last = chain;
    int entry = chain;
    for (int i = 0; i < length; i++) {
      long from = (long) DESCRIPTOR_SIZE * index(advance(cursor, i, size), size);
      long word = getU64(ring, from + DESCRIPTOR_LEN_ID_FLAGS);
      setU64(region, at(entry) + PACKED_ENTRY_ADDR, getU64(ring, from + DESCRIPTOR_ADDR));
      setU32(region, at(entry) + PACKED_ENTRY_LEN, (int) PackedLayout.length(word));
      setU16(region, at(entry) + PACKED_ENTRY_ID, id(word));
      setU16(region, at(entry) + PACKED_ENTRY_FLAGS, descriptorFlags(word));
      last = entry;
      entry = next[entry];
    }
    setU16(region, at(chain) + PACKED_ENTRY_LAST, last);
    lengths[chain] = length;
    setU16(region, at(chain) + PACKED_ENTRY_NUM, length);
    setU64(region, at(chain) + PACKED_ENTRY_COUNTER, counter++);
    // Who finds the mark finds the chain.
    VarHandle.releaseFence();
    mark(chain, 1);
    // Before the free list goes on without it: what the list has is not in flight.
    VarHandle.releaseFence();
    freeHead = entry;
    free -= length;
    setU16(region, PACKED_FREE_HEAD, freeHead);
    setU16(region, PACKED_OLD_FREE_HEAD, freeHead);
    return chain;
  }

  /** A chain is done, and waits to be published. */
  void used(int chain) {
    batch[batched++] = chain;
  }

  /**
   * The ring is about to show the batch to the driver.
   *
   * @param nextUsed cursor behind it
   */
  void publishing(int nextUsed) {
    for (int i = 0; i < batched; i++) {
      int chain = batch[i];
      int last = chain;
      for (int j = 1; j < lengths[chain]; j++) {
        last = next[last];
      }
      link(last, freeHead);
      freeHead = chain;
      free += lengths[chain];
    }
    setU16(region, PACKED_FREE_HEAD, freeHead);
    noteUsed(nextUsed);
    VarHandle.releaseFence();
  }

  private void noteUsed(int cursor) {
    used = cursor;
    setU16(region, PACKED_USED_INDEX, index(cursor, size));
    region.set(ValueLayout.JAVA_BYTE, PACKED_USED_WRAP, (byte) (cursor < size ? 1 : 0));
  }

  /** The driver sees the batch. */
  void published() {
    VarHandle.releaseFence();
    for (int i = 0; i < batched; i++) {
      mark(batch[i], 0);
    }
    batched = 0;
    VarHandle.releaseFence();
    commit();
  }

  private void commit() {
    setU16(region, PACKED_FREE_HEAD, freeHead);
    setU16(region, PACKED_OLD_FREE_HEAD, freeHead);
    setU16(region, PACKED_OLD_USED_INDEX, index(used, size));
    region.set(ValueLayout.JAVA_BYTE, PACKED_OLD_USED_WRAP, (byte) (used < size ? 1 : 0));
  }

  /** How many descriptors a chain has that was found in flight. */
  int length(int chain) {
    return lengths[chain];
  }

  /** The entry that follows in a chain. */
  int following(int entry) {
    return next[entry];
  }

  /** The address in an entry, as the driver wrote it. */
  long address(int entry) {
    return getU64(region, at(entry) + PACKED_ENTRY_ADDR);
  }

  /** The rest of the descriptor in an entry, as the driver wrote it. */
  long word(int entry) {
    return descriptorWord(
        getU32(region, at(entry) + PACKED_ENTRY_LEN),
        getU16(region, at(entry) + PACKED_ENTRY_ID),
        getU16(region, at(entry) + PACKED_ENTRY_FLAGS));
  }

  /** Nothing is in flight, and the ring stops: whoever comes next begins anew. */
  void end() {
    setU16(region, VERSION_FIELD, 0);
  }
}
