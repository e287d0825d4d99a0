package dev.ringside.driver.testing;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.driver.BlockRequest;
import dev.ringside.driver.DriverSettings;
import dev.ringside.driver.Guest;
import dev.ringside.driver.MmioProbe;
import dev.ringside.driver.PciProbe;
import dev.ringside.driver.VirtioBlkDriver;
import dev.ringside.fault.FaultCount;
import dev.ringside.fault.FaultPlan;
import dev.ringside.fault.FaultPlanException;
import dev.ringside.fault.Faults;
import dev.ringside.fault.NotificationFaults;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RandomStreams;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.storage.FaultyStorage;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.state.DeviceState;
import dev.ringside.virtio.transport.DeviceSlot;
import dev.ringside.virtio.transport.Transport;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A real driver in front of a real device, with everything between them in reach of a test.
 *
 * <pre>{@code
 * try (TestDisk disk = TestDisk.over(MemoryStorage.ofSectors(1024)).workers(2).start()) {
 *   disk.driver().submit(...);
 * }
 * }</pre>
 */
public final class TestDisk implements AutoCloseable {
  private final Storage storage;
  private final GuestMemory memory;
  private final FrameAllocator frames;
  private final Builder builder;
  private final Bus bus = new Bus();
  private final ReplaceableBus devices = new ReplaceableBus();
  private final InterruptLine line;
  private final MessageInterrupts messages;
  private VirtioBlkDevice device;
  private VirtioFunction function;
  private final VirtioBlkDriver driver;
  private final Faults faults;

  private TestDisk(Builder builder) {
    this.builder = builder;
    faults =
        new Faults(
            builder.faults, new RandomStreams(builder.seed), builder.scheduler, builder.events);
    storage =
        builder.faults.isEmpty()
            ? builder.storage
            : new FaultyStorage(builder.storage, faults, builder.scheduler);
    memory = GuestMemory.anonymous(builder.memoryBytes);
    frames = new FrameAllocator(memory);
    line = new WiredInterruptLine(builder.scheduler, builder.costs);
    messages = new MessageInterrupts(builder.scheduler, builder.costs);
    device =
        new VirtioBlkDevice(
            storage, builder.scheduler, builder.events, builder.device, builder.costs, faults);
    bus.map(0, Long.MAX_VALUE, devices);
    function = plug(device, devices);
    function.inject(new NotificationFaults(faults, builder.scheduler));
    Guest guest = new Guest(memory, frames, line, builder.scheduler, builder.events, builder.costs);
    driver =
        switch (builder.transport) {
          case MMIO, MMIO_LEGACY ->
              MmioProbe.probe(bus, DeviceSlot.MMIO_BASE, guest, builder.driver);
          case PCI, PCI_INTX ->
              PciProbe.probe(bus, PciAddressMap.DEFAULT, messages, guest, builder.driver);
        };
  }

  /** An image file behind a copy-on-write overlay: the file never changes. */
  public static TestDisk open(Path image) {
    try {
      return over(OverlayStorage.over(FileStorage.openReadOnly(image))).start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A disk over a storage, which is closed with it. */
  public static Builder over(Storage storage) {
    return new Builder(storage);
  }

  /** A blank disk in memory. */
  public static Builder blank(long sectors) {
    return over(MemoryStorage.ofSectors(sectors));
  }

  public VirtioBlkDriver driver() {
    return driver;
  }

  /** What went wrong so far, in the order of the plan. */
  public List<FaultCount> faults() {
    return faults.report();
  }

  public VirtioBlkDevice device() {
    return device;
  }

  public VirtioFunction function() {
    return function;
  }

  public GuestMemory memory() {
    return memory;
  }

  public FrameAllocator frames() {
    return frames;
  }

  public Bus bus() {
    return bus;
  }

  /** Where the register window lies, over MMIO. */
  public long base() {
    return DeviceSlot.MMIO_BASE;
  }

  private VirtioFunction plug(VirtioBlkDevice plugged, ReplaceableBus where) {
    Bus slots = new Bus();
    where.show(slots);
    return new DeviceSlot(memory, slots, line, messages, builder.scheduler, builder.costs)
        .plug(plugged, builder.transport);
  }

  /**
   * Puts a new device in the place of the old one, which is paused and saved: same memory, same
   * storage, same registers, and a driver that notices nothing. The new one has no faults of
   * requests.
   *
   * @param settings of the new device
   */
  public void replaceDevice(BlkSettings settings) {
    function.pause();
    replaceDevice(settings, saved());
  }

  /** The state of the device, which is paused, as it goes through bytes. */
  public DeviceState saved() {
    try {
      return DeviceState.parse(function.save().toBytes());
    } catch (IOException unfit) {
      throw new UncheckedIOException(unfit);
    }
  }

  /** As the other, with a state of the old device, which is paused. */
  public void replaceDevice(BlkSettings settings, DeviceState state) {
    VirtioFunction old = function;
    ReplaceableBus next = new ReplaceableBus();
    VirtioBlkDevice heir =
        new VirtioBlkDevice(storage, builder.scheduler, builder.events, settings);
    VirtioFunction restored = plug(heir, next);
    try {
      restored.restore(state);
    } catch (IOException unfit) {
      throw new UncheckedIOException(unfit);
    }
    old.writeStatus(DeviceStatus.RESET);
    devices.show(next.shown());
    device = heir;
    function = restored;
    restored.resume();
  }

  /** Another device over the same memory, which no driver has found. */
  public VirtioFunction spareDevice(Storage other, BlkSettings settings) {
    return plug(
        new VirtioBlkDevice(other, builder.scheduler, builder.events, settings),
        new ReplaceableBus());
  }

  /** Takes the device out of the machine: its registers read as all ones. */
  public void unplug() {
    function.writeStatus(DeviceStatus.RESET);
    devices.show(new Bus());
  }

  /** Submits a request, and returns when it has ended. */
  public BlockRequest execute(BlockRequest request) {
    if (!driver.submit(request)) {
      throw new IllegalStateException("the ring is full");
    }
    driver.kick();
    while (request.isInFlight()) {
      driver.await();
      driver.reap();
    }
    return request;
  }

  /** Returns when nothing is in flight. */
  public void finish() {
    while (driver.inFlight() > 0) {
      driver.await();
      driver.reap();
    }
  }

  @Override
  public void close() {
    try {
      driver.close();
      memory.close();
      storage.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** How a disk is to be built; the defaults are a newcomer's. */
  public static final class Builder {
    private final Storage storage;
    private long memoryBytes = 16L << 20;
    private Scheduler scheduler = new RealScheduler();
    private EventLog events = EventLog.OFF;
    private CostModel costs = CostModel.ZERO;
    private BlkSettings device = BlkSettings.DEFAULT;
    private DriverSettings driver = DriverSettings.DEFAULT;
    private FaultPlan faults = FaultPlan.NONE;
    private Transport transport = Transport.MMIO;
    private long seed = 1;

    private Builder(Storage storage) {
      this.storage = storage;
    }

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    public Builder scheduler(Scheduler value) {
      scheduler = value;
      return this;
    }

    public Builder events(EventLog value) {
      events = value;
      return this;
    }

    public Builder costs(CostModel value) {
      costs = value;
      return this;
    }

    public Builder device(BlkSettings value) {
      device = value;
      return this;
    }

    public Builder driver(DriverSettings value) {
      driver = value;
      return this;
    }

    /** The text of a plan. */
    public Builder faults(String plan) {
      try {
        faults = FaultPlan.parse(plan);
      } catch (FaultPlanException malformed) {
        throw new IllegalArgumentException(malformed);
      }
      return this;
    }

    /** Where the chance of the fault plan comes from. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder transport(Transport value) {
      transport = value;
      return this;
    }

    public Builder workers(int count) {
      device = device.withWorkers(count);
      return this;
    }

    /** How many queues the device has, and the driver asks for. */
    public Builder queues(int count) {
      device = device.withQueues(count);
      driver = driver.withQueues(count);
      return this;
    }

    public Builder queueSize(int size) {
      device = device.withQueueSize(size);
      driver = driver.withQueueSize(size);
      return this;
    }

    public TestDisk start() {
      return new TestDisk(this);
    }
  }
}
