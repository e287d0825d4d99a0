package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.virtio.spec.BlkRequestLayout;

/**
 * Makes descriptor chains of requests and writes them into the ring, where the device does not see
 * them before they are published. Each chain takes a slot.
 */
final class ChainWriter {
  private final RequestRing ring;
  private final ChainBuffers buffers = new ChainBuffers();
  private final EventLog.Track events;
  private final Clock clock;
  private final boolean timestamps;

  /**
   * Writes into a ring, and into those that follow it.
   *
   * @param timestamps whether the times that are passed count
   */
  ChainWriter(RequestRing ring, EventLog.Track events, Clock clock, boolean timestamps) {
    this.ring = ring;
    this.events = events;
    this.clock = clock;
    this.timestamps = timestamps;
  }

  /** Whether there is room for a chain with so many buffers between header and status. */
  boolean hasRoom(int count) {
    return !ring.slots().isFull() && ring.queue().hasRoom(count);
  }

  /** Whether there is room for gathered requests, and for another with so many buffers. */
  boolean hasRoom(RequestPlug gathered, int count) {
    RequestSlots slots = ring.slots();
    return slots.count() - slots.inUse() > gathered.count()
        && ring.queue().hasRoom(gathered.descriptors() + count);
  }

  /** Writes a request's chain into the ring, which has room. */
  void write(BlockRequest request, long now) {
    BlockOperation operation = request.operation();
    int slot = ring.slots().take(request, operation.typeCode());
    boolean transfer = operation == BlockOperation.READ || operation == BlockOperation.WRITE;
    int head;
    if (transfer && request.segments() == 1) {
      boolean deviceWrites = operation == BlockOperation.READ;
      head =
          ring.queue().add(slot, request.segmentAddress(0), request.segmentLength(0), deviceWrites);
    } else {
      collect(slot, request);
      head = ring.queue().add(slot, buffers);
    }
    note(slot, head, request.bytes(), now);
  }

  /**
   * Writes what has gathered into the ring, which has room.
   *
   * @return how many chains that were
   */
  int write(RequestPlug gathered, BlockLimits limits, long now) {
    int chains = 0;
    for (BlockRequest first = gathered.takeChain(buffers, limits);
        first != null;
        first = gathered.takeChain(buffers, limits)) {
      int slot = ring.slots().take(first, first.operation().typeCode());
      int head = ring.queue().add(slot, buffers);
      chains++;
      note(slot, head, gathered.bytes(), now);
      if (gathered.parts() > 1) {
        events.record(EventType.MERGE, head, gathered.parts());
      }
    }
    return chains;
  }

  /** Collects what stands between header and status. */
  private void collect(int slot, BlockRequest request) {
    RequestSlots slots = ring.slots();
    buffers.clear();
    if (request.ranges() > 0) {
      buffers.readable(slots.writeRanges(slot, request), RequestSlots.rangeBytes(request));
    }
    boolean toDevice = request.operation().sendsData();
    for (int i = 0; i < request.segments(); i++) {
      if (toDevice) {
        buffers.readable(request.segmentAddress(i), request.segmentLength(i));
      } else {
        buffers.writable(request.segmentAddress(i), request.segmentLength(i));
      }
    }
    if (request.operation() == BlockOperation.ZONE_APPEND) {
      buffers.writable(slots.payload(slot), BlkRequestLayout.APPEND_SECTOR_SIZE);
    }
  }

  private void note(int slot, int head, long bytes, long now) {
    if (events.isOn()) {
      ring.setHead(slot, head);
      events.recordAt(timestamps ? now : clock.nanoTime(), EventType.SUBMIT, head, bytes);
    }
  }
}
