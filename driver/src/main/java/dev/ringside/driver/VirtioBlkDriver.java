package dev.ringside.driver;

import dev.ringside.machine.Clock;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.BlkConfigLayout;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;

/**
 * The guest's driver of a virtio block device with one queue. It goes through the device's
 * initialization (virtio 1.4, section 3.1.1), keeps a slot for every request in flight, and tells
 * the device of requests as its {@link BatchPolicy} says.
 *
 * <p>One task at a time uses a driver.
 */
public final class VirtioBlkDriver implements BlockDevice {
  private static final int QUEUE = 0;

  /** The most data segments that this driver puts into a request. */
  private static final int MAX_SEGMENTS = 126;

  /** Buffers of a request besides its data: header and status. */
  private static final int FRAMING_BUFFERS = 2;

  /** How often a spinning driver looks whether the device is still well, in idle rounds. */
  private static final int HEALTH_CHECK_ROUNDS = 4096;

  private static final long SUPPORTED_FEATURES =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.INDIRECT_DESC,
          Feature.EVENT_IDX,
          Feature.BLK_SIZE_MAX,
          Feature.BLK_SEG_MAX,
          Feature.BLK_BLK_SIZE,
          Feature.BLK_RO,
          Feature.BLK_FLUSH,
          Feature.BLK_DISCARD);

  private final DeviceRegisters registers;
  private final Guest guest;
  private final Scheduler scheduler;
  private final GuestMemory memory;
  private final Clock clock;
  private final long features;
  private final BlockLimits limits;
  private final DriverQueue queue;
  private final RequestSlots slots;
  private final DriverStats stats;
  private final EventLog.Track events;
  private final CompletionPolicy completion;
  private final boolean timestamps;

  /** Requests that make a batch; {@link Integer#MAX_VALUE} leaves it to the caller. */
  private final int batchSize;

  private int uncommitted;

  private VirtioBlkDriver(
      DeviceRegisters registers,
      Guest guest,
      DriverSettings settings,
      long features,
      BlockLimits limits,
      SplitDriverQueue queue) {
    this.registers = registers;
    this.guest = guest;
    this.scheduler = guest.scheduler();
    this.memory = guest.memory();
    this.clock = guest.scheduler().clock();
    this.features = features;
    this.limits = limits;
    this.queue = queue;
    this.slots = new RequestSlots(memory, guest.frames(), queue.size());
    this.stats = new DriverStats(queue.size());
    this.events = guest.events().track("driver");
    this.completion = settings.completion();
    this.timestamps = settings.timestamps();
    this.batchSize =
        switch (settings.batching()) {
          case BatchPolicy.EveryRequest() -> 1;
          case BatchPolicy.Every(int requests) -> requests;
          case BatchPolicy.OnLast() -> Integer.MAX_VALUE;
        };
  }

  /**
   * Initializes a device.
   *
   * @throws BlockDeviceException when the device does not play along
   */
  static VirtioBlkDriver start(DeviceRegisters registers, Guest guest, DriverSettings settings) {
    registers.setStatus(DeviceStatus.RESET);
    int status = DeviceStatus.ACKNOWLEDGE;
    registers.setStatus(status);
    status |= DeviceStatus.DRIVER;
    registers.setStatus(status);

    long features = registers.deviceFeatures() & SUPPORTED_FEATURES & settings.features();
    if (!Feature.VERSION_1.isIn(features)) {
      throw giveUp(registers, "the device does not offer VERSION_1");
    }
    registers.setDriverFeatures(features);
    status |= DeviceStatus.FEATURES_OK;
    registers.setStatus(status);
    if ((registers.status() & DeviceStatus.FEATURES_OK) == 0) {
      throw giveUp(registers, "the device refuses the features " + Feature.describe(features));
    }

    int maxSize = registers.maxQueueSize(QUEUE);
    if (maxSize == 0) {
      throw giveUp(registers, "the device has no queue");
    }
    int size = Math.min(settings.queueSize(), Integer.highestOneBit(maxSize));
    int segments = maxSegments(registers, features, size);
    SplitDriverQueue queue =
        new SplitDriverQueue(
            guest.memory(), guest.frames(), size, segments + FRAMING_BUFFERS, features);
    if (!registers.enableQueue(
        QUEUE, size, queue.descriptorArea(), queue.driverArea(), queue.deviceArea())) {
      throw giveUp(registers, "the device does not enable its queue of " + size);
    }
    BlockLimits limits = limits(registers, features, size, segments);
    VirtioBlkDriver driver =
        new VirtioBlkDriver(registers, guest, settings, features, limits, queue);
    if (settings.completion() == CompletionPolicy.SPIN) {
      queue.disableInterrupts();
    }
    registers.setStatus(status | DeviceStatus.DRIVER_OK);
    return driver;
  }

  private static BlockDeviceException giveUp(DeviceRegisters registers, String reason) {
    registers.setStatus(registers.status() | DeviceStatus.FAILED);
    return new BlockDeviceException(reason);
  }

  /** A chain may not be longer than the queue (virtio 1.4, section 2.7.5.3.1). */
  private static int maxSegments(DeviceRegisters registers, long features, int queueSize) {
    int offered =
        Feature.BLK_SEG_MAX.isIn(features) ? registers.config32(BlkConfigLayout.SEG_MAX) : 1;
    int segments = Math.min(Math.min(offered, queueSize - FRAMING_BUFFERS), MAX_SEGMENTS);
    if (segments < 1) {
      throw giveUp(registers, "a queue of %d has no room for a request".formatted(queueSize));
    }
    return segments;
  }

  /**
   * Reads the configuration space until it did not change meanwhile (virtio 1.4, section 2.5.1).
   */
  private static BlockLimits limits(
      DeviceRegisters registers, long features, int queueSize, int segments) {
    while (true) {
      int generation = registers.configGeneration();
      long capacity =
          (registers.config32(BlkConfigLayout.CAPACITY) & 0xffff_ffffL)
              | ((long) registers.config32(BlkConfigLayout.CAPACITY + Integer.BYTES)
                  << Integer.SIZE);
      int blockSize =
          Feature.BLK_BLK_SIZE.isIn(features)
              ? registers.config32(BlkConfigLayout.BLK_SIZE)
              : BlockLimits.SECTOR_SIZE;
      long segmentBytes =
          Feature.BLK_SIZE_MAX.isIn(features)
              ? registers.config32(BlkConfigLayout.SIZE_MAX) & 0xffff_ffffL
              : Integer.MAX_VALUE;
      long discardSectors =
          Feature.BLK_DISCARD.isIn(features)
              ? registers.config32(BlkConfigLayout.MAX_DISCARD_SECTORS) & 0xffff_ffffL
              : 0;
      if (generation == registers.configGeneration()) {
        boolean indirect = Feature.INDIRECT_DESC.isIn(features);
        return new BlockLimits(
            capacity,
            blockSize,
            segments,
            segmentBytes,
            indirect ? queueSize : queueSize / (1 + FRAMING_BUFFERS),
            Feature.BLK_RO.isIn(features),
            Feature.BLK_FLUSH.isIn(features),
            discardSectors);
      }
    }
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public FrameAllocator frames() {
    return guest.frames();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  /** What this driver did so far. */
  public DriverStats stats() {
    return stats;
  }

  /** The features that driver and device agreed on. */
  public long features() {
    return features;
  }

  @Override
  public boolean submit(BlockRequest request) {
    if (request.isInFlight()) {
      throw new IllegalArgumentException("already in flight: " + request);
    }
    checkLimits(request);
    boolean discard = request.operation() == BlockOperation.DISCARD;
    int dataBuffers = discard ? 1 : request.segments();
    if (slots.isFull() || !queue.begin(dataBuffers + FRAMING_BUFFERS)) {
      return false;
    }
    int slot = slots.take(request, typeOf(request.operation()));
    queue.readable(slots.header(slot), BlkRequestLayout.HEADER_SIZE);
    if (discard) {
      slots.setRange(slot, request.sector(), request.sectorCount());
      queue.readable(slots.range(slot), BlkRequestLayout.RANGE_SIZE);
    } else {
      addData(request);
    }
    queue.writable(slots.status(slot), BlkRequestLayout.STATUS_SIZE);
    queue.commit(slot);
    request.submitted(timestamps ? clock.nanoTime() : 0);
    events.record(EventType.SUBMIT, slot, request.bytes());
    uncommitted++;
    if (uncommitted >= batchSize) {
      kick();
    }
    return true;
  }

  private void addData(BlockRequest request) {
    boolean toDevice = request.operation() == BlockOperation.WRITE;
    for (int i = 0; i < request.segments(); i++) {
      if (toDevice) {
        queue.readable(request.segmentAddress(i), request.segmentLength(i));
      } else {
        queue.writable(request.segmentAddress(i), request.segmentLength(i));
      }
    }
  }

  private static int typeOf(BlockOperation operation) {
    BlkRequestType type =
        switch (operation) {
          case READ -> BlkRequestType.IN;
          case WRITE -> BlkRequestType.OUT;
          case FLUSH -> BlkRequestType.FLUSH;
          case DISCARD -> BlkRequestType.DISCARD;
          case GET_ID -> BlkRequestType.GET_ID;
        };
    return type.code();
  }

  private void checkLimits(BlockRequest request) {
    switch (request.operation()) {
      case READ, WRITE -> {
        if (request.segments() == 0 || request.segments() > limits.maxSegments()) {
          throw new IllegalArgumentException(
              "%d segments, and 1 to %d are possible: %s"
                  .formatted(request.segments(), limits.maxSegments(), request));
        }
        if (request.bytes() % BlockLimits.SECTOR_SIZE != 0) {
          throw new IllegalArgumentException(
              "%d bytes are not whole sectors: %s".formatted(request.bytes(), request));
        }
        checkRange(request);
      }
      case DISCARD -> {
        if (request.sectorCount() < 1 || request.sectorCount() > limits.maxDiscardSectors()) {
          throw new IllegalArgumentException(
              "1 to %d sectors can be discarded: %s"
                  .formatted(limits.maxDiscardSectors(), request));
        }
        checkRange(request);
      }
      case FLUSH -> {
        if (!limits.flush()) {
          throw new IllegalArgumentException("the device has no flush");
        }
      }
      case GET_ID -> {
        if (request.segments() != 1 || request.bytes() != BlkRequestLayout.ID_BYTES) {
          throw new IllegalArgumentException(
              "a serial takes one segment of %d bytes".formatted(BlkRequestLayout.ID_BYTES));
        }
      }
    }
  }

  private void checkRange(BlockRequest request) {
    long count = request.sectorCount();
    if (request.sector() < 0 || count > limits.sectors() - request.sector()) {
      throw new IllegalArgumentException(
          "past the end of a disk of %d sectors: %s".formatted(limits.sectors(), request));
    }
  }

  @Override
  public void kick() {
    if (uncommitted == 0) {
      return;
    }
    uncommitted = 0;
    int batch = queue.publish();
    stats.published(batch);
    events.record(EventType.PUBLISH_AVAILABLE, QUEUE, batch);
    if (queue.wantsKick()) {
      stats.kicked();
      events.record(EventType.KICK, QUEUE, batch);
      registers.notifyQueue(QUEUE);
    } else {
      stats.kickSuppressed();
      events.record(EventType.SUPPRESS_KICK, QUEUE, batch);
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
      events.record(EventType.REAP, slot, statusByte);
      slots.release(slot).completed(statusOf(statusByte), now);
    }
    if (reaped > 0) {
      stats.reaped(reaped);
      if (completion == CompletionPolicy.SPIN) {
        queue.disableInterrupts();
      }
    }
    return reaped;
  }

  private static BlockStatus statusOf(int statusByte) {
    return switch (statusByte) {
      case BlkStatus.OK -> BlockStatus.OK;
      case BlkStatus.UNSUPP -> BlockStatus.UNSUPPORTED;
      // An error, or nothing that the specification knows.
      default -> BlockStatus.IO_ERROR;
    };
  }

  @Override
  public void await() {
    if (slots.inUse() == 0) {
      return;
    }
    switch (completion) {
      case SPIN -> spin();
      case INTERRUPT -> sleep();
    }
  }

  private void spin() {
    for (int idleRounds = 1; !queue.hasUsed(); idleRounds++) {
      if (idleRounds % HEALTH_CHECK_ROUNDS == 0) {
        checkHealth();
      }
      scheduler.pause(idleRounds);
    }
  }

  private void sleep() {
    if (queue.hasUsed()) {
      return;
    }
    while (!queue.enableInterrupts()) {
      guest.interrupts().await();
      int reasons = registers.acknowledgeInterrupt();
      if ((reasons & MmioRegister.INTERRUPT_CONFIG) != 0) {
        checkHealth();
      }
      if ((reasons & MmioRegister.INTERRUPT_USED) != 0) {
        stats.interrupted();
      }
    }
    queue.disableInterrupts();
  }

  private void checkHealth() {
    if ((registers.status() & DeviceStatus.NEEDS_RESET) != 0) {
      throw new BlockDeviceException(
          "the device needs a reset; %d requests are lost".formatted(slots.inUse()));
    }
  }

  @Override
  public int inFlight() {
    return slots.inUse();
  }

  @Override
  public void close() {
    registers.setStatus(DeviceStatus.RESET);
    slots.free();
    queue.free();
  }
}
