package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.GuestOutOfMemoryException;
import dev.ringside.virtio.spec.BlkRequestLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One request queue of a virtio block device: a {@link BlockDevice} of its own, which keeps a slot
 * for every request in flight, and tells the device of requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a queue; several tasks use a queue each, or share some through a
 * {@link QueueMap}.
 */
public final class DiskQueue implements BlockDevice {
  private final int number;
  private final DeviceSession session;
  private final DeviceRegisters registers;
  private final Guest guest;
  private final Clock clock;
  private final ChainBuffers buffers = new ChainBuffers();
  private final DriverStats stats;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final CompletionWait wait;
  private final Batching batching;

  /** Null unless requests gather outside of the ring. */
  private final @Nullable RequestPlug plug;

  private final DriverCosts costs;
  private final boolean timestamps;
  private final RecoveryPolicy recovery;

  /** Handles errors by itself; null when whoever uses the queue is told of all. */
  private final @Nullable QueueRecovery errors;

  /** On the legacy interface the lengths that devices tell are not to be relied on. */
  private final boolean trustsLengths;

  // Anew after a recovery.
  private DriverQueue queue;
  private RequestSlots slots;

  /** What the device calls each slot's chain, while events are noted. */
  private int[] heads;

  /** As this queue's task knows them; a volatile field would cost 12 ns with every request. */
  private BlockLimits limits;

  /** Requests that have not been announced. */
  private int held;

  /** Chains in the ring that have not been published. */
  private int unpublished;

  /** Requests without a slot: gathered ones, and those in the chain of another. */
  private int slotless;

  /** Counts submissions. */
  private long submissions;

  /** Of the {@link #session}, when the ring was made. */
  private int epoch;

  /** A queue of a device that is initialized. */
  @SuppressWarnings("this-escape") // the wait asks its queue only when it is used
  DiskQueue(
      int number,
      DeviceSession session,
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      CompletionPolicy completion,
      QueueSetup.Ring ring) {
    this.number = number;
    this.session = session;
    this.registers = registers;
    this.guest = guest;
    this.clock = guest.scheduler().clock();
    this.queue = ring.queue();
    this.slots = ring.slots();
    this.limits = session.limits();
    this.epoch = session.epoch();
    this.heads = new int[queue.size()];
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track(number == 0 ? "driver" : "driver-" + number);
    this.completion = completion;
    RequestWatchdog watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
    this.costs = new DriverCosts(guest.costs(), guest.scheduler());
    this.recovery = settings.recovery();
    this.errors =
        settings.errors().isOn()
            ? new QueueRecovery(this, session, settings, guest.scheduler())
            : null;
    this.trustsLengths = !registers.isLegacy();
    this.wait =
        new CompletionWait(
            this,
            interrupts,
            guest.scheduler(),
            events,
            stats,
            costs,
            watchdog,
            completion,
            timestamps,
            ring);
    this.batching = new Batching(settings.batching());
    this.plug =
        settings.batching() instanceof BatchPolicy.Plug(int limit)
            ? new RequestPlug(Math.min(limit, queue.size()))
            : null;
  }

  /** The queue's number at the device. */
  public int number() {
    return number;
  }

  /** How this queue learns of completions. */
  public CompletionPolicy completion() {
    return completion;
  }

  /** What happened on this queue so far. */
  public DriverStats stats() {
    return stats;
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  /**
   * Reads the limits again when the device has changed them. A queue that waits for a completion
   * does so by itself when the device says so.
   *
   * @return whether they had changed
   */
  public boolean refreshLimits() {
    BlockLimits now = session.readLimits();
    boolean changed = !now.equals(limits);
    limits = now;
    return changed;
  }

  @Override
  public GuestMemory memory() {
    return guest.memory();
  }

  @Override
  public FrameAllocator frames() {
    return guest.frames();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public boolean submit(BlockRequest request) {
    return errors == null ? put(request) : errors.submit(request);
  }

  /** Puts a request into the ring, or to those that go there together. */
  boolean put(BlockRequest request) {
    if (request.isInFlight()) {
      throw new IllegalArgumentException("already in flight: " + request);
    }
    RequestRules.check(request, limits);
    if (plug != null) {
      return gather(plug, request);
    }
    if (slots.isFull() || !queue.hasRoom(RequestRules.buffers(request))) {
      events.record(EventType.RING_FULL, number, slots.inUse());
      return false;
    }
    long now = timestamps ? clock.nanoTime() : 0;
    write(request, now);
    request.submitted(now, submissions++);
    held++;
    if (batching.isFull(held)) {
      announce();
    } else if (batching.looksFurther()
        && batching.isDueAfterSubmit(held, outstanding(), timestamps ? now : clock.nanoTime())) {
      announce();
    }
    return true;
  }

  /** Writes a request's chain into the ring. There is room. */
  private void write(BlockRequest request, long now) {
    BlockOperation operation = request.operation();
    int slot = slots.take(request, operation.typeCode());
    boolean transfer = operation == BlockOperation.READ || operation == BlockOperation.WRITE;
    int head;
    if (transfer && request.segments() == 1) {
      boolean deviceWrites = operation == BlockOperation.READ;
      head = queue.add(slot, request.segmentAddress(0), request.segmentLength(0), deviceWrites);
    } else {
      collect(slot, request);
      head = queue.add(slot, buffers);
    }
    written(slot, head, request.bytes(), now);
  }

  private void written(int slot, int head, long bytes, long now) {
    unpublished++;
    if (events.isOn()) {
      heads[slot] = head;
      events.recordAt(timestamps ? now : clock.nanoTime(), EventType.SUBMIT, head, bytes);
    }
  }

  /** Submits a request that goes into the ring with others, and may become one chain with them. */
  private boolean gather(RequestPlug gathered, BlockRequest request) {
    int own = RequestRules.buffers(request);
    boolean room =
        slots.count() - slots.inUse() > gathered.count()
            && queue.hasRoom(gathered.descriptors() + own);
    if (!room) {
      // They may take less than one chain each.
      publish();
      if (slots.isFull() || !queue.hasRoom(own)) {
        events.record(EventType.RING_FULL, number, slots.inUse());
        return false;
      }
    }
    long now = timestamps ? clock.nanoTime() : 0;
    boolean beside = gathered.takes(request);
    if (!beside) {
      writeGathered(gathered, now);
      beside = gathered.takes(request);
    }
    if (beside) {
      gathered.add(request);
      slotless++;
    } else {
      write(request, now);
    }
    request.submitted(now, submissions++);
    held++;
    if (batching.isFull(held)) {
      publish();
    }
    return true;
  }

  private void writeGathered(RequestPlug gathered, long now) {
    for (BlockRequest first = gathered.takeChain(buffers, limits);
        first != null;
        first = gathered.takeChain(buffers, limits)) {
      int slot = slots.take(first, first.operation().typeCode());
      int head = queue.add(slot, buffers);
      slotless--;
      written(slot, head, gathered.bytes(), now);
      if (gathered.parts() > 1) {
        events.record(EventType.MERGE, head, gathered.parts());
      }
    }
  }

  /** Collects what stands between header and status. */
  private void collect(int slot, BlockRequest request) {
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

  /** Announces what is held because the policy says so, which learns from it. */
  private void announce() {
    batching.announced(held, outstanding());
    publish();
  }

  /** Requests that the device knows; not with a plug. */
  private int outstanding() {
    return slots.inUse() - held;
  }

  @Override
  public void kick() {
    if (errors == null) {
      publish();
    } else {
      errors.kick();
    }
  }

  /** Tells the device of what is held. */
  void publish() {
    if (held == 0) {
      return;
    }
    int requests = held;
    held = 0;
    if (plug != null) {
      writeGathered(plug, timestamps ? clock.nanoTime() : 0);
      stats.plugFlushed(requests);
    }
    costs.submitted(unpublished);
    unpublished = 0;
    int batch = queue.publish();
    stats.published(batch, requests);
    events.record(EventType.PUBLISH_AVAILABLE, number, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.recordAgain(EventType.KICK, number, batch);
      registers.notifyQueue(number, queue.position());
    } else {
      stats.kickSuppressed();
      events.recordAgain(EventType.SUPPRESS_KICK, number, batch);
      costs.published();
    }
  }

  @Override
  public int reap() {
    return errors == null ? reapRing() : errors.reap();
  }

  /** Takes what the device has given back. */
  int reapRing() {
    int chains = 0;
    int reaped = 0;
    long now = 0;
    for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
      if (chains == 0 && timestamps) {
        // One reading for all: this is the moment at which the guest sees the whole batch.
        now = clock.nanoTime();
      }
      chains++;
      int statusByte = takeStatus(slot);
      if (events.isOn()) {
        noteReap(chains, now, slot, statusByte);
      }
      BlockRequest request = slots.release(slot);
      BlockStatus status = statusOf(request, statusByte);
      if (plug == null) {
        reaped++;
        end(request, status, now);
      } else {
        reaped += endChain(request, status, now);
      }
    }
    if (chains > 0) {
      stats.reaped(reaped);
      costs.reaped(chains);
      wait.reaped();
    }
    if (held > 0
        && batching.looksFurther()
        && batching.isDueAfterReap(outstanding(), clock.nanoTime())) {
      announce();
    }
    return reaped;
  }

  private void end(BlockRequest request, BlockStatus status, long now) {
    if (errors == null) {
      request.completed(status, now);
    } else {
      errors.answered(request, status);
    }
  }

  /** Ends all requests of a chain; says how many these are. */
  private int endChain(BlockRequest first, BlockStatus status, long now) {
    int parts = 0;
    for (BlockRequest part = first; part != null; part = part.linked()) {
      parts++;
    }
    slotless -= parts - 1;
    for (BlockRequest part = first; part != null; ) {
      BlockRequest next = part.unlink();
      end(part, status, now);
      part = next;
    }
    return parts;
  }

  /**
   * Takes a status byte.
   *
   * @throws BlockDeviceException when the device has written none: it gives back what it has not
   *     carried out, and may still use the request's memory. The request stays in flight
   */
  private int takeStatus(int slot) {
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
  private BlockStatus statusOf(BlockRequest request, int statusByte) {
    BlockStatus status = RequestRules.statusOf(statusByte);
    if (request.operation() == BlockOperation.READ
        && (queue.usedLength() & 0xffff_ffffL) <= request.chainBytes()
        && trustsLengths
        && status == BlockStatus.OK) {
      return BlockStatus.IO_ERROR;
    }
    return status;
  }

  /** The guest sees the whole batch in one moment, so one reading of the clock will do. */
  private void noteReap(int chains, long now, int slot, int statusByte) {
    if (timestamps) {
      events.recordAt(now, EventType.REAP, heads[slot], statusByte);
    } else if (chains == 1) {
      events.record(EventType.REAP, heads[slot], statusByte);
    } else {
      events.recordAgain(EventType.REAP, heads[slot], statusByte);
    }
  }

  @Override
  public void await() {
    if (errors == null) {
      awaitRing();
    } else {
      errors.await();
    }
  }

  /** Waits until the ring has something to take. */
  void awaitRing() {
    if (!hasUsedBeforeAnnouncing(CompletionWait.FOREVER) && slots.inUse() > 0) {
      wait.until(CompletionWait.FOREVER);
    }
  }

  /**
   * As {@link #await()}, but no longer than until a time on {@link #clock}, and also when nothing
   * is in flight: for a task that has something else to do then.
   */
  public void await(long deadline) {
    if (hasUsedBeforeAnnouncing(deadline)) {
      return;
    }
    if (slots.inUse() > 0) {
      wait.until(deadline);
    } else {
      guest.scheduler().sleep(deadline - clock.nanoTime());
    }
  }

  /**
   * Announces what is held when the policy says so for a task that waits, which may be after a part
   * of the wait.
   *
   * @return whether the wait is over, as something was used meanwhile
   */
  private boolean hasUsedBeforeAnnouncing(long deadline) {
    if (held == 0) {
      return false;
    }
    if (batching.isTimed()) {
      long due = Math.min(batching.due(), deadline);
      if (wait.until(due)) {
        return true;
      }
      if (due == deadline) {
        return false;
      }
    }
    if (batching.isTimed() || batching.isDueBeforeWait(outstanding())) {
      announce();
    }
    return false;
  }

  /** Notifies the device of nothing new: an earlier notification may have been lost. */
  void repeatKick() {
    if (errors != null) {
      stats.kickRepeated();
      registers.notifyQueue(number, queue.position());
    }
  }

  /**
   * Asks whether the device still works.
   *
   * @throws BlockDeviceException when it does not, or knows nothing of this ring any more
   */
  void checkHealth() {
    if (isStale()) {
      throw new BlockDeviceException("the device has been reset");
    }
    session.checkHealth(slots.inUse());
  }

  /**
   * Resets this queue alone and goes on with an empty ring, while the others go on (RING_RESET,
   * virtio 1.4, section 2.6.1). Requests in flight end, or are submitted again, as {@link
   * DriverSettings#recovery} says. For the task that uses the queue.
   *
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; or does not enable it again, then every request of it has ended
   */
  public void reset() {
    Leftovers leftovers = stopRing();
    try {
      startRing();
    } catch (BlockDeviceException | GuestOutOfMemoryException dead) {
      giveUp(leftovers);
      throw dead;
    }
    settle(leftovers);
  }

  /**
   * Resets the queue alone; nothing can be submitted before {@link #startRing}.
   *
   * @return what the ring held
   * @throws BlockDeviceException when RING_RESET was not agreed on, or the device does not reset
   *     the queue; then nothing has changed
   */
  Leftovers stopRing() {
    session.stopQueue(number, epoch);
    return withdraw();
  }

  /**
   * Goes on with an empty ring.
   *
   * @throws BlockDeviceException when the device does not enable the queue again
   */
  void startRing() {
    replace(session.startQueue(number, epoch));
  }

  /** Whether the device was reset since the ring was made. */
  boolean isStale() {
    return session.epoch() != epoch;
  }

  /** The {@link DeviceSession#epoch} of the ring. */
  int epoch() {
    return epoch;
  }

  /**
   * After a reset of the device: goes on with an empty ring, if there is one.
   *
   * @return what the old ring held
   */
  Leftovers renew() {
    DeviceSession.Renewal renewal = session.renew(number);
    epoch = renewal.epoch();
    Leftovers leftovers = withdraw();
    if (renewal.ring() != null) {
      limits = renewal.limits();
      replace(renewal.ring());
    }
    return leftovers;
  }

  /** Takes all requests back. The device has been reset, or this queue of it. */
  private Leftovers withdraw() {
    held = 0;
    unpublished = 0;
    slotless = 0;
    List<EndedRequest> answered = new ArrayList<>();
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
    List<BlockRequest> unanswered = slots.withdraw();
    if (plug != null) {
      plug.withdrawInto(unanswered);
    }
    unanswered.sort(Comparator.comparingLong(BlockRequest::order));
    return new Leftovers(answered, unanswered);
  }

  /** Goes on with a new ring in the place of the old one, whose memory is given back. */
  private void replace(QueueSetup.Ring ring) {
    free();
    queue = ring.queue();
    slots = ring.slots();
    heads = new int[queue.size()];
    wait.replace(ring);
    stats.recovered();
  }

  /** What becomes of requests that the device no longer holds. */
  void settle(Leftovers leftovers) {
    if (errors != null) {
      errors.settle(leftovers);
      return;
    }
    if (session.dead() != null) {
      giveUp(leftovers);
      return;
    }
    switch (recovery) {
      case FAIL -> giveUp(leftovers);
      case RESUBMIT -> {
        leftovers.answered().forEach(this::tell);
        resubmit(leftovers.unanswered());
      }
    }
  }

  /** Ends requests that no device will carry out. */
  private void giveUp(Leftovers leftovers) {
    leftovers.answered().forEach(this::tell);
    fail(leftovers.unanswered());
  }

  private void fail(List<BlockRequest> requests) {
    for (BlockRequest request : requests) {
      stats.gaveUp();
      tell(new EndedRequest(request, BlockStatus.IO_ERROR));
    }
  }

  /** Tells a request's owner that it has ended. */
  void tell(EndedRequest one) {
    one.request().completed(one.status(), timestamps ? clock.nanoTime() : 0);
  }

  private void resubmit(List<BlockRequest> requests) {
    List<BlockRequest> refused = new ArrayList<>();
    for (BlockRequest request : requests) {
      request.withdrawn();
      request.countReissue();
      stats.reissued();
      try {
        if (!request.operation().isRepeatable() || !put(request)) {
          refused.add(request);
        }
      } catch (IllegalArgumentException beyondLimits) {
        refused.add(request);
      }
    }
    publish();
    fail(refused);
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    slots.free();
    queue.free();
  }

  @Override
  public int inFlight() {
    return errors == null ? inRing() : inRing() + errors.waiting();
  }

  /** Requests in the ring or before it; with {@link ErrorHandling} there are others that wait. */
  int inRing() {
    return slots.inUse() + slotless;
  }

  /** From now on several tasks share this queue; each holds the lock while it uses it. */
  void share(Lock lock) {
    wait.share(lock);
  }

  /** Where the driver stands in the ring; from another task, where it stood a moment ago. */
  public RingCursors cursors() {
    return queue.cursors();
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
