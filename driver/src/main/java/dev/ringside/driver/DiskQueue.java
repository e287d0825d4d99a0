package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.virtio.spec.BlkRequestLayout;
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
  private final VirtioBlkDriver driver;
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

  private final boolean timestamps;

  // Anew after a recovery.
  private DriverQueue queue;
  private RequestSlots slots;

  /** What the device calls each slot's chain, while events are noted. */
  private int[] heads;

  /** As this queue's task knows them; a volatile field would cost 12 ns with every request. */
  private BlockLimits limits;

  /** Requests that have not been announced. */
  private int held;

  /** Requests without a slot: gathered ones, and those in the chain of another. */
  private int slotless;

  /** A queue of a device that is initialized. */
  @SuppressWarnings("this-escape") // the wait asks its queue only when it is used
  DiskQueue(
      int number,
      VirtioBlkDriver driver,
      DeviceRegisters registers,
      Interrupts interrupts,
      Guest guest,
      DriverSettings settings,
      CompletionPolicy completion,
      QueueSetup.Ring ring,
      BlockLimits limits) {
    this.number = number;
    this.driver = driver;
    this.registers = registers;
    this.guest = guest;
    this.clock = guest.scheduler().clock();
    this.queue = ring.queue();
    this.slots = ring.slots();
    this.limits = limits;
    this.heads = new int[queue.size()];
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track(number == 0 ? "driver" : "driver-" + number);
    this.completion = completion;
    RequestWatchdog watchdog = new RequestWatchdog(clock, settings.requestTimeoutNs());
    this.timestamps = settings.timestamps() || watchdog.isOn();
    this.wait =
        new CompletionWait(
            this, driver, interrupts, guest, events, stats, watchdog, completion, timestamps, ring);
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
    BlockLimits now = driver.readLimits();
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
    write(request);
    request.submitted(timestamps ? clock.nanoTime() : 0);
    held++;
    if (batching.isFull(held)) {
      announce();
    } else if (batching.looksFurther()) {
      long now = timestamps ? request.submittedAt() : clock.nanoTime();
      if (batching.isDueAfterSubmit(held, outstanding(), now)) {
        announce();
      }
    }
    return true;
  }

  /** Writes a request's chain into the ring. There is room. */
  private void write(BlockRequest request) {
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
    noteSubmit(slot, head, request.bytes());
  }

  private void noteSubmit(int slot, int head, long bytes) {
    if (events.isOn()) {
      heads[slot] = head;
      events.record(EventType.SUBMIT, head, bytes);
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
      kick();
      if (slots.isFull() || !queue.hasRoom(own)) {
        events.record(EventType.RING_FULL, number, slots.inUse());
        return false;
      }
    }
    boolean beside = gathered.takes(request);
    if (!beside) {
      writeGathered(gathered);
      beside = gathered.takes(request);
    }
    if (beside) {
      gathered.add(request);
      slotless++;
    } else {
      write(request);
    }
    request.submitted(timestamps ? clock.nanoTime() : 0);
    held++;
    if (batching.isFull(held)) {
      kick();
    }
    return true;
  }

  private void writeGathered(RequestPlug gathered) {
    for (BlockRequest first = gathered.takeChain(buffers, limits);
        first != null;
        first = gathered.takeChain(buffers, limits)) {
      int slot = slots.take(first, first.operation().typeCode());
      int head = queue.add(slot, buffers);
      slotless--;
      noteSubmit(slot, head, gathered.bytes());
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
    kick();
  }

  /** Requests that the device knows; not with a plug. */
  private int outstanding() {
    return slots.inUse() - held;
  }

  @Override
  public void kick() {
    if (held == 0) {
      return;
    }
    int requests = held;
    held = 0;
    if (plug != null) {
      writeGathered(plug);
      stats.plugFlushed(requests);
    }
    int batch = queue.publish();
    stats.published(batch, requests);
    events.record(EventType.PUBLISH_AVAILABLE, number, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.record(EventType.KICK, number, batch);
      registers.notifyQueue(number, queue.position());
    } else {
      stats.kickSuppressed();
      events.record(EventType.SUPPRESS_KICK, number, batch);
    }
  }

  @Override
  public int reap() {
    int reaped = 0;
    long now = 0;
    for (int slot = queue.nextUsed(); slot != DriverQueue.NONE; slot = queue.nextUsed()) {
      if (reaped == 0 && timestamps) {
        // One reading for all: this is the moment at which the guest sees the whole batch.
        now = clock.nanoTime();
      }
      reaped++;
      int statusByte = slots.takeStatus(slot);
      events.record(EventType.REAP, heads[slot], statusByte);
      BlockRequest request = slots.release(slot);
      if (plug == null) {
        request.completed(RequestRules.statusOf(statusByte), now);
      } else {
        reaped += endChain(request, RequestRules.statusOf(statusByte), now);
      }
    }
    if (reaped > 0) {
      stats.reaped(reaped);
      wait.reaped();
    }
    if (held > 0
        && batching.looksFurther()
        && batching.isDueAfterReap(outstanding(), clock.nanoTime())) {
      announce();
    }
    return reaped;
  }

  /** Ends all requests of a chain; says how many there are besides the first. */
  private int endChain(BlockRequest first, BlockStatus status, long now) {
    int others = 0;
    for (BlockRequest part = first.linked(); part != null; part = part.linked()) {
      others++;
    }
    slotless -= others;
    for (BlockRequest part = first; part != null; ) {
      BlockRequest next = part.unlink();
      part.completed(status, now);
      part = next;
    }
    return others;
  }

  @Override
  public void await() {
    if (held > 0) {
      if (batching.isTimed() && wait.until(batching.due())) {
        return;
      }
      if (batching.isTimed() || batching.isDueBeforeWait(outstanding())) {
        announce();
      }
    }
    if (slots.inUse() > 0) {
      wait.until(CompletionWait.FOREVER);
    }
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
    driver.resetQueue(this);
  }

  /** Takes all requests back. The device has been reset, or this queue of it. */
  List<BlockRequest> withdraw() {
    held = 0;
    slotless = 0;
    List<BlockRequest> withdrawn = slots.withdraw();
    if (plug != null) {
      plug.withdrawInto(withdrawn);
    }
    return withdrawn;
  }

  /** Goes on with a new ring in the place of the old one, whose memory is given back. */
  void replace(QueueSetup.Ring ring, BlockLimits newLimits) {
    free();
    limits = newLimits;
    queue = ring.queue();
    slots = ring.slots();
    heads = new int[queue.size()];
    wait.replace(ring);
    stats.recovered();
  }

  /** Ends requests that no device will carry out. */
  void fail(List<BlockRequest> requests) {
    long now = timestamps ? clock.nanoTime() : 0;
    for (BlockRequest request : requests) {
      request.completed(BlockStatus.IO_ERROR, now);
    }
  }

  /** Gives the memory back. The device has been reset. */
  void free() {
    slots.free();
    queue.free();
  }

  @Override
  public int inFlight() {
    return slots.inUse() + slotless;
  }

  /** From now on several tasks share this queue; each holds the lock while it uses it. */
  void share(Lock lock) {
    wait.share(lock);
  }

  /** Nothing by itself: a queue ends with its driver. */
  @Override
  public void close() {}
}
