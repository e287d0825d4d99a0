package dev.ringside.virtio.queue;

import static dev.ringside.machine.LittleEndian.*;
import static dev.ringside.virtio.spec.VhostUserInflight.*;

import dev.ringside.virtio.spec.VhostUserInflight;
import dev.ringside.virtio.state.DeviceStateException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of a split ring's chains in flight, in memory that outlives this process: the next
 * device takes them over (vhost-user, "Inflight I/O tracking").
 *
 * <pre>
 *   0          8         10         12                14         16
 *   | features | version | desc_num | last_batch_head | used_idx | DescStateSplit, desc_num times
 *
 *   DescStateSplit, by the head of a chain
 *   0          1         6      8         16
 *   | inflight | padding | next | counter |
 * </pre>
 *
 * <p>The account is true at every moment, whenever the process is killed. A batch is linked by
 * {@code next} before the used index shows it to the driver, and struck out after; while {@code
 * used_idx} here differs from the ring's, the linked ones are done, whatever their marks say.
 *
 * <p>Whoever handed the memory over may write into it: it is read once, at the beginning, and
 * checked.
 */
final class SplitInFlight {

  private final MemorySegment region;
  private final int size;

  /** Numbers the chains in the order in which they are taken. */
  private long counter;

  private int lastBatchHead;

  /** Heads that are done and not published. */
  private final int[] batch;

  private int batched;

  private SplitInFlight(MemorySegment region, int size) {
    this.region = region;
    this.size = size;
    this.batch = new int[size];
  }

  /** How much memory the account of a ring takes. */
  static long bytes(int size) {
    return VhostUserInflight.splitBytes(size);
  }

  /**
   * An account, and the chains that it finds in flight.
   *
   * @param account from now on
   * @param heads of the chains that a device before this one took and did not give back, in the
   *     order in which they were taken; null for an account that begins here
   */
  record Found(SplitInFlight account, @Nullable List<Integer> heads) {}

  /**
   * Takes over an account, or begins one.
   *
   * @param region holds it
   * @param size of the ring
   * @param usedIndex as the ring shows it
   * @throws DeviceStateException when it is damaged, or of another ring
   */
  static Found open(MemorySegment region, int size, int usedIndex) throws DeviceStateException {
    DeviceStateException.require(
        region.byteSize() >= bytes(size),
        "an inflight region of %d bytes for a ring of %d",
        region.byteSize(),
        size);
    SplitInFlight account = new SplitInFlight(region, size);
    int version = getU16(region, VERSION_FIELD);
    if (version == 0) {
      account.begin(usedIndex);
      return new Found(account, null);
    }
    DeviceStateException.require(
        version == VERSION && getU16(region, DESCRIPTORS) == size,
        "an inflight region of version %d for %d descriptors and a ring of %d",
        version,
        getU16(region, DESCRIPTORS),
        size);
    return new Found(account, account.recover(usedIndex));
  }

  private void begin(int usedIndex) {
    region.fill((byte) 0);
    setU16(region, DESCRIPTORS, size);
    setU16(region, SPLIT_USED_INDEX, usedIndex);
    // The version makes it an account: last.
    VarHandle.releaseFence();
    setU16(region, VERSION_FIELD, VERSION);
  }

  private List<Integer> recover(int usedIndex) throws DeviceStateException {
    int published = (usedIndex - getU16(region, SPLIT_USED_INDEX)) & 0xffff;
    DeviceStateException.require(
        published <= size,
        "an inflight region at used index %d for a ring of %d at %d",
        getU16(region, SPLIT_USED_INDEX),
        size,
        usedIndex);
    int head = getU16(region, SPLIT_LAST_BATCH_HEAD);
    for (int i = 0; i < published; i++) {
      requireHead(head);
      mark(head, 0);
      head = getU16(region, at(head) + SPLIT_ENTRY_NEXT);
    }
    VarHandle.releaseFence();
    setU16(region, SPLIT_USED_INDEX, usedIndex);
    lastBatchHead = getU16(region, SPLIT_LAST_BATCH_HEAD);
    record Taken(int head, long counter) {}
    List<Taken> found = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      if (region.get(ValueLayout.JAVA_BYTE, at(i) + SPLIT_ENTRY_INFLIGHT) != 0) {
        found.add(new Taken(i, getU64(region, at(i) + SPLIT_ENTRY_COUNTER)));
      }
    }
    found.sort(Comparator.comparingLong(Taken::counter));
    counter = found.isEmpty() ? 0 : found.getLast().counter() + 1;
    return found.stream().map(Taken::head).toList();
  }

  private void requireHead(int head) throws DeviceStateException {
    DeviceStateException.require(
        head < size, "an inflight region that names descriptor %d of %d", head, size);
  }

  private static long at(int head) {
    return SPLIT_HEADER_SIZE + (long) SPLIT_ENTRY_SIZE * head;
  }

  private void mark(int head, int inFlight) {
    region.set(ValueLayout.JAVA_BYTE, at(head) + SPLIT_ENTRY_INFLIGHT, (byte) inFlight);
  }

  /** A chain was taken from the ring. */
  void taken(int head) {
    setU64(region, at(head) + SPLIT_ENTRY_COUNTER, counter++);
    // Who finds the mark finds the number.
    VarHandle.releaseFence();
    mark(head, 1);
  }

  /** A chain is done, and waits to be published. */
  void used(int head) {
    batch[batched++] = head;
  }

  /** The used index is about to show the batch to the driver. */
  void publishing() {
    for (int i = 0; i < batched; i++) {
      setU16(region, at(batch[i]) + SPLIT_ENTRY_NEXT, lastBatchHead);
      lastBatchHead = batch[i];
    }
    setU16(region, SPLIT_LAST_BATCH_HEAD, lastBatchHead);
    VarHandle.releaseFence();
  }

  /** The driver sees the batch. */
  void published(int usedIndex) {
    VarHandle.releaseFence();
    for (int i = 0; i < batched; i++) {
      mark(batch[i], 0);
    }
    batched = 0;
    // Not before the marks are gone: until then the list says what is done.
    VarHandle.releaseFence();
    setU16(region, SPLIT_USED_INDEX, usedIndex);
  }

  /** Nothing is in flight, and the ring stops: whoever comes next begins anew. */
  void end() {
    setU16(region, VERSION_FIELD, 0);
  }
}
