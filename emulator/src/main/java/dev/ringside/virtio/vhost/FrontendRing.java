package dev.ringside.virtio.vhost;

import dev.ringside.virtio.queue.DeviceQueue;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PackedLayout;
import dev.ringside.virtio.spec.SplitLayout;
import dev.ringside.virtio.spec.VhostUserLayout;
import dev.ringside.virtio.state.QueueState;
import dev.ringside.virtio.state.RingState;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the frontend has said of one ring, message by message, and what has become of it.
 *
 * <pre>
 *   stopped --kick--> started ---enabled, features agreed on---> running
 *      ^                 |  ^                                       |
 *      +--GET_VRING_BASE-+  +---------------disabled----------------+
 * </pre>
 */
final class FrontendRing {
  private static final int INDEX_MASK = 0xffff;

  final int number;
  final RingCall call = new RingCall();
  final RingCall error = new RingCall();
  final AtomicLong kicks = new AtomicLong();

  /** Where its task waits; null until the frontend has said how it kicks. */
  volatile @Nullable RingKick kick;

  boolean enabled;

  /** It was kicked, or need not be. */
  boolean started;

  /** The device works on it. */
  boolean running;

  private int size;
  private boolean placed;
  private long userDescriptors;
  private long userAvailable;
  private long userUsed;

  /** As SET_VRING_BASE has it; null while nobody has said. */
  private @Nullable Integer base;

  FrontendRing(int number) {
    this.number = number;
  }

  void setSize(int descriptors) {
    size = descriptors;
  }

  int size() {
    return size;
  }

  void place(long descriptors, long available, long used) {
    userDescriptors = descriptors;
    userAvailable = available;
    userUsed = used;
    placed = true;
  }

  void setBase(int value) {
    base = value;
  }

  /** Where it goes on, as GET_VRING_BASE tells it. */
  int base() {
    Integer known = base;
    return known == null ? 0 : known;
  }

  /** Whether it was served before, and kicks for it may have gone to somebody else. */
  boolean isResumed() {
    return base() != 0;
  }

  /** Where the ring was left. */
  void leave(QueueState left, boolean packed) {
    RingState ring = left.ring();
    if (ring != null) {
      base =
          packed
              ? word(ring.nextAvailable(), left.size())
                  | word(ring.nextUsed(), left.size()) << VhostUserLayout.PACKED_USED_SHIFT
              : ring.nextAvailable();
    }
  }

  private static int word(int cursor, int size) {
    return PackedLayout.offsetWrap(cursor, size);
  }

  /**
   * What the device needs to go on with the ring.
   *
   * @param memory that the ring lies in
   * @param features agreed on
   */
  QueueState state(FrontendMemory memory, long features) throws RefusedRequestException {
    if (size == 0 || !placed) {
      throw new RefusedRequestException(
          "queue %d is to work without %s".formatted(number, placed ? "a size" : "addresses"));
    }
    return Feature.RING_PACKED.isIn(features) ? packed(memory) : split(memory);
  }

  private QueueState split(FrontendMemory memory) throws RefusedRequestException {
    long descriptors =
        memory.guestAddress(
            userDescriptors, SplitLayout.descriptorTableBytes(size), area("descriptor table"));
    long available =
        memory.guestAddress(
            userAvailable, SplitLayout.availableRingBytes(size), area("available ring"));
    long used = memory.guestAddress(userUsed, SplitLayout.usedRingBytes(size), area("used ring"));
    // Only the ring itself knows how far it is used; the frontend does not say.
    int usedIndex = memory.memory().getU16(used + SplitLayout.USED_IDX);
    return new QueueState(
        size, descriptors, available, used, new RingState(base() & INDEX_MASK, usedIndex));
  }

  private QueueState packed(FrontendMemory memory) throws RefusedRequestException {
    long descriptors =
        memory.guestAddress(
            userDescriptors, PackedLayout.descriptorRingBytes(size), area("descriptor ring"));
    long driver =
        memory.guestAddress(
            userAvailable, PackedLayout.EVENT_SIZE, area("driver event suppression"));
    long device =
        memory.guestAddress(userUsed, PackedLayout.EVENT_SIZE, area("device event suppression"));
    // A ring that nobody has moved is at its first descriptor in its first lap.
    RingState ring =
        base == null
            ? new RingState(0, 0)
            : new RingState(cursor(base()), cursor(base() >>> VhostUserLayout.PACKED_USED_SHIFT));
    return new QueueState(size, descriptors, driver, device, ring);
  }

  private int cursor(int half) throws RefusedRequestException {
    int index = half & (VhostUserLayout.PACKED_WRAP - 1);
    if (index >= size) {
      throw new RefusedRequestException(
          "queue %d goes on at descriptor %d of %d".formatted(number, index, size));
    }
    return (half & VhostUserLayout.PACKED_WRAP) != 0 ? index : index + size;
  }

  private String area(String name) {
    return "%s of queue %d".formatted(name, number);
  }

  /** Where its chains in flight are noted, or null. */
  @Nullable MemorySegment account(@Nullable InFlightMemory inFlight, long features)
      throws RefusedRequestException {
    return inFlight == null
        ? null
        : inFlight.part(number, size, DeviceQueue.accountBytes(features, size));
  }

  /** Takes the descriptor for kicks away; whoever waited for it has stopped. */
  void closeKick() {
    RingKick closed = kick;
    kick = null;
    if (closed != null) {
      closed.close();
    }
  }

  void close() {
    closeKick();
    call.close();
    error.close();
  }
}
