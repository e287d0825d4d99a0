package dev.ringside.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.blk.BlkSettings;
import dev.ringside.blk.VirtioBlkDevice;
import dev.ringside.hostile.Combination.Ring;
import dev.ringside.hostile.GuestRing.Buffer;
import dev.ringside.hostile.GuestRing.Used;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciHost;
import dev.ringside.storage.LatencyStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.spec.SplitLayout;
import dev.ringside.virtio.transport.MmioTransport;
import dev.ringside.virtio.transport.PciTransport;
import dev.ringside.virtio.transport.VirtioFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A guest that writes everything by hand, in front of a device of its own, in simulated time:
 * {@link #rest} lets the device do all that it will do, so "nothing happens" can be seen.
 *
 * <p>What the guest offers with {@link #offer} the device must leave alone; what it sends with
 * {@link #send} the device may write, where the buffers are writable. All other RAM is canaries.
 */
final class RawGuest {
  /** The registers stand in the hole, where a buffer may not lie. */
  static final long REGISTERS = GuestRam.LOW_SIZE;

  /** What a status byte holds that the device has not written. */
  static final int UNTOUCHED = GuestRam.CANARY & 0xff;

  /** How long a slow disk takes. */
  static final long SERVICE_NS = 1_000_000;

  /** What a small buffer takes at least, so that neighbours have canaries between them. */
  private static final int SMALL_ALLOCATION = 64;

  private static final long REST_NS = 1_000_000_000;

  /** What a guest accepts without being told to, where the device offers it. */
  private static final long USUAL_FEATURES =
      Feature.setOf(
          Feature.VERSION_1,
          Feature.INDIRECT_DESC,
          Feature.RING_RESET,
          Feature.BLK_SIZE_MAX,
          Feature.BLK_SEG_MAX,
          Feature.BLK_RO,
          Feature.BLK_BLK_SIZE,
          Feature.BLK_FLUSH,
          Feature.BLK_DISCARD,
          Feature.BLK_WRITE_ZEROES,
          Feature.BLK_SECURE_ERASE,
          Feature.BLK_LIFETIME);

  /**
   * A request in memory.
   *
   * @param status where its status byte lies
   */
  record Request(List<Buffer> chain, long status) {}

  private final Combination combination;
  private final Setup setup;
  private final Scheduler scheduler;
  private final GuestRam ram;
  private final VirtioBlkDevice device;
  private final VirtioFunction function;
  private final RawTransport transport;
  private long nextFree = GuestMemory.FRAME_SIZE;
  private final long firstFree;
  private final long descriptorArea;
  private final long driverArea;
  private final long deviceArea;
  private @Nullable GuestRing ring;

  /** A guest in RAM full of canaries, which it does not close. */
  RawGuest(Combination combination, Setup setup, int workers, Scheduler scheduler, GuestRam ram) {
    this.combination = combination;
    this.setup = setup;
    this.scheduler = scheduler;
    this.ram = ram;
    Storage disk = MemoryStorage.ofSectors(Setup.SECTORS);
    Disk.fill(disk);
    Storage lockable = setup.readOnly() ? new ReadOnlyDisk(disk) : disk;
    Storage slow = new LatencyStorage(lockable, scheduler, setup.serviceNs());
    BlkSettings settings = setup.settings().withWorkers(workers);
    device = new VirtioBlkDevice(slow, scheduler, EventLog.OFF, settings);
    WiredInterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
    Bus bus = new Bus();
    Attached attached =
        switch (combination.transport()) {
          case MMIO -> {
            MmioTransport registers =
                new MmioTransport(ram.memory(), device, line, scheduler, CostModel.ZERO);
            bus.map(REGISTERS, MmioRegister.WINDOW_SIZE, registers);
            yield new Attached(registers.function(), new MmioRawTransport(bus, REGISTERS, line));
          }
          case PCI -> {
            MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
            PciTransport configuration =
                new PciTransport(
                    ram.memory(), device, bus, line, messages, scheduler, CostModel.ZERO);
            new PciHost(bus, PciAddressMap.DEFAULT).plug(0, configuration);
            long space = PciAddressMap.DEFAULT.function(0, 0);
            yield new Attached(
                configuration.function(), new PciRawTransport(bus, space, REGISTERS, messages));
          }
        };
    function = attached.function();
    transport = attached.transport();
    descriptorArea = allocateFrames(SplitLayout.descriptorTableBytes(setup.queueSize()));
    driverArea = allocateFrames(SplitLayout.availableRingBytes(setup.queueSize()));
    deviceArea = allocateFrames(SplitLayout.usedRingBytes(setup.queueSize()));
    firstFree = nextFree;
  }

  /** A device behind its registers. */
  private record Attached(VirtioFunction function, RawTransport transport) {}

  // What the guest has.

  GuestRam ram() {
    return ram;
  }

  RawTransport transport() {
    return transport;
  }

  PciRawTransport pci() {
    return (PciRawTransport) transport;
  }

  MmioRawTransport mmio() {
    return (MmioRawTransport) transport;
  }

  Combination combination() {
    return combination;
  }

  boolean isPacked() {
    return combination.ring() == Ring.PACKED;
  }

  /** The ring of queue 0 since {@link #programQueue}. */
  GuestRing ring() {
    if (ring == null) {
      throw new IllegalStateException("no ring yet");
    }
    return ring;
  }

  SplitGuestRing split() {
    return (SplitGuestRing) ring();
  }

  PackedGuestRing packed() {
    return (PackedGuestRing) ring();
  }

  /**
   * RAM that nobody has yet, below the hole or above it; whole frames when it is larger than one.
   */
  long allocate(long bytes) {
    int unit = bytes < GuestMemory.FRAME_SIZE ? SMALL_ALLOCATION : GuestMemory.FRAME_SIZE;
    long address = roundUp(nextFree, unit);
    if (address < ram.memory().lowEnd() && address + bytes > ram.memory().lowEnd()) {
      address = GuestRam.HIGH_START;
    }
    nextFree = roundUp(address + bytes, unit);
    return address;
  }

  /** Frames of its own for an area, so that what lies around it are canaries. */
  private long allocateFrames(long bytes) {
    return allocate(roundUp(bytes, GuestMemory.FRAME_SIZE));
  }

  private static long roundUp(long value, int unit) {
    return (value + unit - 1) / unit * unit;
  }

  // Bringing the device up, step by step (section 3.1.1).

  long offered() {
    return Integer.toUnsignedLong(transport.deviceFeatures(0))
        | (long) transport.deviceFeatures(1) << Integer.SIZE;
  }

  /** What this guest accepts. */
  long accepted() {
    long ringBit = isPacked() ? Feature.RING_PACKED.mask() : 0;
    return offered() & (USUAL_FEATURES | ringBit | setup.added()) & ~setup.refused();
  }

  void acceptFeatures(long features) {
    transport.driverFeatures(0, (int) features);
    transport.driverFeatures(1, (int) (features >>> Integer.SIZE));
  }

  /** To FEATURES_OK, whether the device agrees or not. */
  void negotiate(long features) {
    transport.status(DeviceStatus.ACKNOWLEDGE);
    addStatus(DeviceStatus.DRIVER);
    acceptFeatures(features);
    addStatus(DeviceStatus.FEATURES_OK);
  }

  void addStatus(int bit) {
    transport.status(transport.status() | bit);
  }

  boolean hasStatus(int bit) {
    return (transport.status() & bit) != 0;
  }

  /** A fresh ring in queue 0, not enabled. */
  GuestRing programQueue() {
    return programQueue(setup.queueSize());
  }

  GuestRing programQueue(int size) {
    ring =
        isPacked()
            ? new PackedGuestRing(ram, size, descriptorArea, driverArea, deviceArea)
            : new SplitGuestRing(ram, size, descriptorArea, driverArea, deviceArea);
    ring.program(transport, 0);
    return ring;
  }

  /** As {@link #bringUp}, with a second queue of the same size, whose ring is returned. */
  GuestRing bringUpWithTwoQueues() {
    negotiate(accepted());
    programQueue();
    transport.enableQueue(0, 1);
    GuestRing second = programSecondQueue();
    transport.enableQueue(1, 1);
    addStatus(DeviceStatus.DRIVER_OK);
    return second;
  }

  private GuestRing programSecondQueue() {
    long descriptors = allocateFrames(SplitLayout.descriptorTableBytes(setup.queueSize()));
    long driver = allocateFrames(SplitLayout.availableRingBytes(setup.queueSize()));
    long used = allocateFrames(SplitLayout.usedRingBytes(setup.queueSize()));
    GuestRing second =
        isPacked()
            ? new PackedGuestRing(ram, setup.queueSize(), descriptors, driver, used)
            : new SplitGuestRing(ram, setup.queueSize(), descriptors, driver, used);
    second.program(transport, 1);
    return second;
  }

  /** The machine gives the disk another size, under the guest's feet. */
  void resizeDisk(long sectors) {
    try {
      device.resize(function, sectors);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /** From power-on or reset to DRIVER_OK. */
  void bringUp() {
    negotiate(accepted());
    assertThat(hasStatus(DeviceStatus.FEATURES_OK)).as("FEATURES_OK").isTrue();
    programQueue();
    transport.enableQueue(0, 1);
    addStatus(DeviceStatus.DRIVER_OK);
  }

  void reset() {
    transport.status(DeviceStatus.RESET);
    assertThat(transport.status()).isEqualTo(DeviceStatus.RESET);
  }

  // Requests.

  /** A buffer that the device reads, full of one value. */
  Buffer out(int length, int value) {
    long address = allocate(length);
    ram.fill(address, length, value);
    return new Buffer(address, length, false);
  }

  /** A buffer that the device writes. */
  Buffer in(int length) {
    return new Buffer(allocate(length), length, true);
  }

  Buffer header(int type, long sector) {
    Buffer header = out(BlkRequestLayout.HEADER_SIZE, 0);
    ram.setU32(header.address() + BlkRequestLayout.HEADER_TYPE, type);
    ram.setU64(header.address() + BlkRequestLayout.HEADER_SECTOR, sector);
    return header;
  }

  Request request(BlkRequestType type, long sector, Buffer... data) {
    return request(type.code(), sector, data);
  }

  /** Header, data and status, each in its own buffer. */
  Request request(int type, long sector, Buffer... data) {
    List<Buffer> chain = new ArrayList<>();
    chain.add(header(type, sector));
    chain.addAll(List.of(data));
    Buffer status = in(BlkRequestLayout.STATUS_SIZE);
    chain.add(status);
    return new Request(chain, status.address());
  }

  /** A payload of ranges: sector, number of sectors, flags, and so on. */
  Buffer ranges(long... values) {
    int count = values.length / 3;
    Buffer payload = out(count * BlkRequestLayout.RANGE_SIZE, 0);
    for (int i = 0; i < count; i++) {
      long at = payload.address() + (long) i * BlkRequestLayout.RANGE_SIZE;
      ram.setU64(at + BlkRequestLayout.RANGE_SECTOR, values[3 * i]);
      ram.setU32(at + BlkRequestLayout.RANGE_NUM_SECTORS, (int) values[3 * i + 1]);
      ram.setU32(at + BlkRequestLayout.RANGE_FLAGS, (int) values[3 * i + 2]);
    }
    return payload;
  }

  /** From now on the device may write into a request's writable buffers. */
  void allow(List<Buffer> chain) {
    for (Buffer buffer : chain) {
      if (buffer.writable()) {
        ram.allow(buffer.address(), buffer.length());
      }
    }
  }

  /** Makes a chain available that the device must not write to, and kicks. */
  void offer(List<Buffer> chain) {
    ring().offer(chain);
    kick();
  }

  void offer(Buffer... chain) {
    offer(List.of(chain));
  }

  /** Makes a request available, and kicks. */
  void send(Request request) {
    allow(request.chain());
    offer(request.chain());
  }

  /** Writes a fuzzer's bytes over the three areas of the ring, the same number over each. */
  void pourAreas(FuzzInput input, int bytes) {
    input.pour(ram, descriptorArea, bytes);
    input.pour(ram, driverArea, bytes);
    input.pour(ram, deviceArea, bytes);
  }

  /** What {@link #pourAreas} would need to write this ring again, and bytes of what follows it. */
  byte[] areas(int bytes, int poolBytes) {
    byte[] copy = new byte[3 * bytes + poolBytes];
    ram.memory().read(descriptorArea, copy, 0, bytes);
    ram.memory().read(driverArea, copy, bytes, bytes);
    ram.memory().read(deviceArea, copy, 2 * bytes, bytes);
    ram.memory().read(firstFree, copy, 3 * bytes, poolBytes);
    return copy;
  }

  void kick() {
    transport.notifyQueue(0);
  }

  /** Lets the device do all that it will do. */
  void rest() {
    scheduler.sleep(REST_NS);
  }

  /** Lets time pass. */
  void sleep(long nanoseconds) {
    scheduler.sleep(nanoseconds);
  }

  int statusOf(Request request) {
    return ram.getU8(request.status());
  }

  // What the device owes.

  /** Takes the next chain back, which must be there. */
  Used expectUsed() {
    rest();
    return Objects.requireNonNull(ring().take(), "no chain was used");
  }

  void expectNothingUsed() {
    rest();
    assertThat(ring().take()).as("a used chain").isNull();
  }

  /** Sends a request, which must come back with a status and with an interrupt. */
  Used expectStatus(int status, Request request) {
    ring().armInterrupt();
    send(request);
    Used used = expectUsed();
    assertThat(statusOf(request)).as("status").isEqualTo(status);
    assertThat(transport.usedInterrupt()).as("used buffer notification").isTrue();
    assertThat(hasStatus(DeviceStatus.NEEDS_RESET)).as("NEEDS_RESET").isFalse();
    return used;
  }

  /** The device has stopped, has said so, and stays stopped. */
  void expectNeedsReset() {
    expectNothingUsed();
    assertThat(hasStatus(DeviceStatus.NEEDS_RESET)).as("NEEDS_RESET").isTrue();
    assertThat(transport.configInterrupt()).as("configuration change notification").isTrue();
    assertThat(function.violation()).as("the recorded violation").isNotNull();
    kick();
    expectNothingUsed();
  }

  /** From here on the device writes nothing, and interrupts nobody. */
  void expectSilence() {
    transport.usedInterrupt();
    transport.configInterrupt();
    ram.takeBack();
    rest();
    ram.check();
    assertThat(transport.usedInterrupt()).as("used buffer notification").isFalse();
    assertThat(transport.configInterrupt()).as("configuration change notification").isFalse();
  }

  /** Nothing has happened, and requests work. */
  void expectWorking() {
    assertThat(hasStatus(DeviceStatus.NEEDS_RESET)).as("NEEDS_RESET").isFalse();
    roundTrip();
  }

  /** A write, a flush and a read back, as well as the disk can. */
  void roundTrip() {
    Buffer target = in(BlkRequestLayout.SECTOR_SIZE);
    long sector = setup.isZoned() ? Setup.SECTORS - ZoneRows.ZONE : 5;
    if (setup.isZoned()) {
      expectStatus(BlkStatus.OK, request(BlkRequestType.ZONE_RESET, sector));
    }
    int expected = Disk.byteOf(sector);
    if (!setup.readOnly()) {
      expected = 0x5a;
      Buffer source = out(BlkRequestLayout.SECTOR_SIZE, expected);
      expectStatus(BlkStatus.OK, request(BlkRequestType.OUT, sector, source));
      if (Feature.BLK_FLUSH.isIn(accepted())) {
        expectStatus(BlkStatus.OK, request(BlkRequestType.FLUSH, 0));
      }
    }
    Used used = expectStatus(BlkStatus.OK, request(BlkRequestType.IN, sector, target));
    assertThat(used.length()).isEqualTo(target.length() + BlkRequestLayout.STATUS_SIZE);
    assertThat(ram.getU8(target.address())).isEqualTo(expected);
    assertThat(ram.getU8(target.address() + target.length() - 1)).isEqualTo(expected);
  }

  /**
   * What every attack must leave behind: nothing written outside the buffers, a reset that works,
   * and a device that works after it.
   */
  void expectRecovery() {
    rest();
    ram.check();
    reset();
    ram.takeBack();
    rest();
    ram.check();
    expectRestart();
    ram.check();
  }

  /** The device comes up after a reset, and works; then it is reset once more. */
  void expectRestart() {
    reset();
    transport.usedInterrupt();
    transport.configInterrupt();
    nextFree = firstFree;
    bringUp();
    roundTrip();
    reset();
  }
}
