package dev.ringside.blk;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.BlkRequestLayout;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.transport.MmioTransport;
import dev.ringside.virtio.transport.VirtioFunction;

/**
 * A guest that drives a virtio-blk device by hand, rules or no rules: registers, ring, requests.
 */
final class RawGuest implements AutoCloseable {
  static final int SIZE = 16;
  static final long HEADER = 0x8000;
  static final long STATUS_BYTE = 0xa000;

  /** Up to 64 KiB of data. */
  static final long DATA = 0x1_0000;

  static final int NOT_WRITTEN = 0xee;

  final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  final RawRing ring = new RawRing(memory, SIZE);
  final WiredInterruptLine line;
  final VirtioBlkDevice device;
  final VirtioFunction function;
  final MmioTransport mmio;
  private int requests;

  RawGuest(Storage storage, BlkSettings settings) {
    RealScheduler scheduler = new RealScheduler();
    line = new WiredInterruptLine(scheduler, CostModel.ZERO);
    device = new VirtioBlkDevice(storage, scheduler, EventLog.OFF, settings.withQueueSize(SIZE));
    function = new VirtioFunction(memory, line, device);
    mmio = new MmioTransport(function, scheduler, CostModel.ZERO);
  }

  /** A guest that is ready to send requests. */
  static RawGuest started(Storage storage, DiskProfile disk, long features) {
    RawGuest guest = new RawGuest(storage, BlkSettings.DEFAULT.withDisk(disk));
    guest.bringUp(features);
    return guest;
  }

  int read(int register) {
    return (int) mmio.read(register, 4);
  }

  void write(int register, int value) {
    mmio.write(register, 4, value);
  }

  long config(int offset, int width) {
    return mmio.read(CONFIG + offset, width);
  }

  long offeredFeatures() {
    write(DEVICE_FEATURES_SEL, 0);
    long low = read(DEVICE_FEATURES) & 0xffff_ffffL;
    write(DEVICE_FEATURES_SEL, 1);
    return low | (long) read(DEVICE_FEATURES) << 32;
  }

  void negotiate(long features) {
    write(STATUS, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
    write(DRIVER_FEATURES_SEL, 0);
    write(DRIVER_FEATURES, (int) features);
    write(DRIVER_FEATURES_SEL, 1);
    write(DRIVER_FEATURES, (int) (features >>> 32));
    write(STATUS, read(STATUS) | DeviceStatus.FEATURES_OK);
  }

  boolean isAgreed() {
    return (read(STATUS) & DeviceStatus.FEATURES_OK) != 0;
  }

  void enableQueue() {
    write(QUEUE_SEL, 0);
    write(QUEUE_SIZE, SIZE);
    write(QUEUE_DESC_LOW, (int) RawRing.DESCRIPTORS);
    write(QUEUE_DRIVER_LOW, (int) RawRing.AVAILABLE);
    write(QUEUE_DEVICE_LOW, (int) RawRing.USED);
    write(QUEUE_READY, 1);
  }

  void bringUp(long features) {
    negotiate(features);
    enableQueue();
    write(STATUS, read(STATUS) | DeviceStatus.DRIVER_OK);
  }

  void header(int type, long sector) {
    memory.setU32(HEADER, type);
    memory.setU32(HEADER + 4, 0);
    memory.setU64(HEADER + 8, sector);
  }

  /** Writes a range into the data of the next request. */
  RawGuest range(int index, long sector, int count, int flags) {
    long at = DATA + (long) index * BlkRequestLayout.RANGE_SIZE;
    memory.setU64(at + BlkRequestLayout.RANGE_SECTOR, sector);
    memory.setU32(at + BlkRequestLayout.RANGE_NUM_SECTORS, count);
    memory.setU32(at + BlkRequestLayout.RANGE_FLAGS, flags);
    return this;
  }

  /**
   * Kicks, and waits until the chain that was made available is used. The device may have found it
   * before the kick.
   */
  void kickAndWait() {
    requests++;
    write(QUEUE_NOTIFY, 0);
    while (ring.usedIndex() != requests) {
      line.await();
      write(INTERRUPT_ACK, read(INTERRUPT_STATUS));
    }
  }

  int request(BlkRequestType type, long sector, long dataLength, boolean toDevice) {
    return request(type.code(), sector, dataLength, toDevice);
  }

  /**
   * One request of header, data and status, each in a descriptor.
   *
   * @return its status byte
   */
  int request(int type, long sector, long dataLength, boolean toDevice) {
    header(type, sector);
    memory.setU8(STATUS_BYTE, NOT_WRITTEN);
    int dataFlags = DESC_F_NEXT | (toDevice ? 0 : DESC_F_WRITE);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, dataLength == 0 ? 2 : 1)
        .descriptor(1, DATA, dataLength, dataFlags, 2)
        .descriptor(2, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    kickAndWait();
    return memory.getU8(STATUS_BYTE);
  }

  /**
   * A ZONE_APPEND; the sector that comes back stands right before the status byte.
   *
   * @param resultLength bytes of the buffer that both are in
   */
  int append(long sector, long dataLength, int resultLength) {
    header(BlkRequestType.ZONE_APPEND.code(), sector);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, dataLength == 0 ? 2 : 1)
        .descriptor(1, DATA, dataLength, DESC_F_NEXT, 2)
        .descriptor(2, STATUS_BYTE, resultLength, DESC_F_WRITE, 0)
        .makeAvailable(0);
    kickAndWait();
    return memory.getU8(STATUS_BYTE + resultLength - 1);
  }

  /** What the device says it wrote for the last request. */
  int usedLength() {
    return ring.usedLength(requests - 1);
  }

  @Override
  public void close() {
    write(STATUS, 0);
    memory.close();
  }
}
