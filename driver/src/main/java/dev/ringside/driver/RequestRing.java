package dev.ringside.driver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The ring of one queue with the slots of its requests, and how many requests the queue has. All
 * who work on the queue share this object; after a reset it stands for a new ring in fresh memory,
 * so nobody keeps what {@link #queue} and {@link #slots} return.
 */
final class RequestRing {
  /** On the legacy interface the lengths that devices tell are not to be relied on. */
  private final boolean trustsLengths;

  private DriverQueue queue;
  private RequestSlots slots;

  /** What the device calls each slot's chain, while events are noted. */
  private int[] heads;

  /**
   * Requests that were submitted and have not ended: in a slot, gathered, or merged into others.
   */
  private int requests;

  /** What the ring held was taken from it; what it says since then counts no more. */
  private boolean withdrawn;

  RequestRing(QueueSetup.Ring ring, boolean trustsLengths) {
    this.trustsLengths = trustsLengths;
    this.queue = ring.queue();
    this.slots = ring.slots();
    this.heads = new int[queue.size()];
  }

  DriverQueue queue() {
    return queue;
  }

  RequestSlots slots() {
    return slots;
  }

  /** How many requests were submitted and have not ended. */
  int requests() {
    return requests;
  }

  /** A request is the queue's from now on. */
  void submitted() {
    requests++;
  }

  /** So many requests are the queue's no more. */
  void ended(int count) {
    requests -= count;
  }

  /** What the device calls a slot's chain, as {@link #setHead} said last. */
  int head(int slot) {
    return heads[slot];
  }

  void setHead(int slot, int head) {
    heads[slot] = head;
  }

  /**
   * Takes a status byte.
   *
   * @throws BlockDeviceException when the device has written none: it gives back what it has not
   *     carried out, and may still use the request's memory. The request stays in flight
   */
  int takeStatus(int slot) {
    int statusByte = slots.takeStatus(slot);
    if (statusByte == RequestSlots.NOT_WRITTEN) {
      throw new BlockDeviceException(
          "the device gave a request back without a status: " + slots.describe(slot));
    }
    return statusByte;
  }

  /**
   * How a request ended that was just taken from the ring. A read for which the device says that it
   * has written less than data and status has failed, whatever the status says: what lies beyond is
   * no data (virtio 1.4, section 2.7.8.2). A length that is too large says nothing.
   */
  BlockStatus statusOf(BlockRequest request, int statusByte) {
    BlockStatus status = RequestRules.statusOf(statusByte);
    if (request.operation() == BlockOperation.READ
        && (queue.usedLength() & 0xffff_ffffL) <= request.chainBytes()
        && trustsLengths
        && status == BlockStatus.OK) {
      return BlockStatus.IO_ERROR;
    }
    return status;
  }

  /**
   * Takes all requests back. The device has been reset, or this queue of it. Nothing is left for a
   * second time, before there is another ring.
   *
   * @param gathered requests that were not written into the ring
   */
  Leftovers withdraw(List<BlockRequest> gathered) {
    List<EndedRequest> answered = new ArrayList<>();
    if (!withdrawn) {
      takeAnswered(answered);
    }
    withdrawn = true;
    List<BlockRequest> unanswered = slots.withdraw();
    unanswered.addAll(gathered);
    unanswered.sort(Comparator.comparingLong(BlockRequest::order));
    requests = 0;
    return new Leftovers(answered, unanswered);
  }

  private void takeAnswered(List<EndedRequest> answered) {
    try {
      for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
        int statusByte = takeStatus(slot);
        BlockRequest request = slots.release(slot);
        BlockStatus status = statusOf(request, statusByte);
        for (BlockRequest part = request; part != null; part = part.unlink()) {
          answered.add(new EndedRequest(part, status));
        }
      }
    } catch (BlockDeviceException nonsense) {
      // What the device says from here on is worth nothing, and it has just been reset for it.
    }
  }

  /** Stands for a new ring from now on. The memory of the old one is given back. */
  void replace(QueueSetup.Ring ring) {
    free();
    queue = ring.queue();
    slots = ring.slots();
    heads = new int[queue.size()];
    withdrawn = false;
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    slots.free();
    queue.free();
  }
}
