package dev.ringside.blk;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.transport.MmioTransport;
import dev.ringside.virtio.transport.VirtioFunction;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device behind its registers, driven by a guest that writes its ring by hand. */
class VirtioBlkDeviceTest {
  private static final int SIZE = 16;
  private static final int SECTORS = 64;
  private static final long HEADER = 0x8000;
  private static final long DATA = 0x9000;
  private static final long STATUS_BYTE = 0xa000;
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;
  private static final int DISCARD = 11;
  private static final int NOT_WRITTEN = 0xee;

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final RawRing ring = new RawRing(memory, SIZE);
  private final RealScheduler scheduler = new RealScheduler();
  private final WiredInterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
  private final Storage storage = MemoryStorage.ofSectors(SECTORS);
  private final MmioTransport mmio =
      new MmioTransport(
          memory,
          new VirtioBlkDevice(
              storage, scheduler, EventLog.OFF, BlkSettings.DEFAULT.withQueueSize(SIZE)),
          line,
          scheduler,
          CostModel.ZERO);
  private final VirtioFunction function = mmio.function();
  private int requests;

  @AfterEach
  void close() {
    write(STATUS, 0);
    memory.close();
  }

  private int read(int register) {
    return (int) mmio.read(register, 4);
  }

  private void write(int register, int value) {
    mmio.write(register, 4, value);
  }

  private void negotiate(long features) {
    write(STATUS, DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
    write(DRIVER_FEATURES_SEL, 0);
    write(DRIVER_FEATURES, (int) features);
    write(DRIVER_FEATURES_SEL, 1);
    write(DRIVER_FEATURES, (int) (features >>> 32));
    write(STATUS, read(STATUS) | DeviceStatus.FEATURES_OK);
  }

  private void enableQueue() {
    write(QUEUE_SEL, 0);
    write(QUEUE_SIZE, SIZE);
    write(QUEUE_DESC_LOW, (int) RawRing.DESCRIPTORS);
    write(QUEUE_DRIVER_LOW, (int) RawRing.AVAILABLE);
    write(QUEUE_DEVICE_LOW, (int) RawRing.USED);
    write(QUEUE_READY, 1);
  }

  private void bringUp() {
    negotiate(Feature.setOf(Feature.VERSION_1, Feature.BLK_FLUSH, Feature.BLK_DISCARD));
    enableQueue();
    write(STATUS, read(STATUS) | DeviceStatus.DRIVER_OK);
  }

  private void header(int type, long sector) {
    memory.setU32(HEADER, type);
    memory.setU32(HEADER + 4, 0);
    memory.setU64(HEADER + 8, sector);
  }

  /**
   * Kicks, and waits until the chain that was made available is used. The device may have found it
   * before the kick.
   */
  private void kickAndWait() {
    requests++;
    write(QUEUE_NOTIFY, 0);
    while (ring.usedIndex() != requests) {
      line.await();
      write(INTERRUPT_ACK, read(INTERRUPT_STATUS));
    }
  }

  /** One request of header, data and status, each in a descriptor. */
  private int request(int type, long sector, long dataLength, boolean toDevice) {
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

  private int usedLength() {
    return ring.usedLength(requests - 1);
  }

  @Test
  void introducesItself() {
    assertThat(read(MAGIC_VALUE)).isEqualTo(0x74726976);
    assertThat(read(VERSION_NUMBER)).isEqualTo(2);
    assertThat(read(DEVICE_ID)).isEqualTo(2);
    assertThat(read(QUEUE_SIZE_MAX)).isEqualTo(SIZE);
    assertThat(mmio.read(CONFIG, 8)).isEqualTo(SECTORS);
    assertThat(mmio.read(CONFIG + 4096, 4)).isZero();
    write(QUEUE_SEL, 7);
    assertThat(read(QUEUE_SIZE_MAX)).isZero();
    assertThat(read(SHM_LEN_LOW)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void ignoresControlRegistersOfAnotherWidth(int width) {
    mmio.write(STATUS, width, 1);

    assertThat(mmio.read(MAGIC_VALUE, width)).isZero();
    assertThat(read(STATUS)).isZero();
    assertThat(mmio.read(MAGIC_VALUE + 2, 4)).isZero();
  }

  @Test
  void refusesFeaturesThatItDoesNotOffer() {
    negotiate(Feature.setOf(Feature.VERSION_1, Feature.RING_PACKED));

    assertThat(read(STATUS) & DeviceStatus.FEATURES_OK).isZero();
  }

  @Test
  void refusesADriverWithoutVersion1() {
    negotiate(Feature.EVENT_IDX.mask());

    assertThat(read(STATUS) & DeviceStatus.FEATURES_OK).isZero();
    write(STATUS, read(STATUS) | DeviceStatus.DRIVER_OK);
    assertThat(read(STATUS) & DeviceStatus.DRIVER_OK).isZero();
  }

  @Test
  void keepsStatusBitsUntilItIsReset() {
    bringUp();
    write(STATUS, DeviceStatus.ACKNOWLEDGE);
    assertThat(read(STATUS) & DeviceStatus.DRIVER_OK).isNotZero();

    write(STATUS, 0);
    assertThat(read(STATUS)).isZero();
    assertThat(read(QUEUE_READY)).isZero();
  }

  @Test
  void picksUpWhatWasAvailableBeforeDriverOk() {
    negotiate(Feature.VERSION_1.mask());
    enableQueue();
    header(GET_ID, 0);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, DATA, 21, DESC_F_WRITE, 0)
        .makeAvailable(0);
    write(QUEUE_NOTIFY, 0);
    assertThat(ring.usedIndex()).isZero();

    write(STATUS, read(STATUS) | DeviceStatus.DRIVER_OK);
    while (ring.usedIndex() == 0) {
      line.await();
    }
    assertThat(memory.getU8(DATA + 20)).isEqualTo(BlkStatus.OK);
  }

  @Test
  void readsWritesFlushesAndDiscards() {
    bringUp();
    memory.fill(DATA, 1024, (byte) 7);
    assertThat(request(OUT, 5, 1024, true)).isEqualTo(BlkStatus.OK);
    assertThat(usedLength()).isEqualTo(1);
    assertThat(request(FLUSH, 0, 0, true)).isEqualTo(BlkStatus.OK);
    memory.fill(DATA, 1024, (byte) 0);
    assertThat(request(IN, 6, 512, false)).isEqualTo(BlkStatus.OK);
    assertThat(usedLength()).isEqualTo(513);
    assertThat(memory.getU8(DATA + 511)).isEqualTo(7);

    memory.setU64(DATA, 5);
    memory.setU64(DATA + 8, 2);
    assertThat(request(DISCARD, 0, 16, true)).isEqualTo(BlkStatus.OK);
    assertThat(request(IN, 6, 512, false)).isEqualTo(BlkStatus.OK);
    assertThat(memory.getU8(DATA + 511)).isZero();
  }

  @Test
  void givesItsSerialAsFarAsTheBufferGoes() {
    bringUp();
    assertThat(request(GET_ID, 0, 20, false)).isEqualTo(BlkStatus.OK);
    byte[] serial = new byte[20];
    memory.read(DATA, serial, 0, 20);
    assertThat(new String(serial, StandardCharsets.US_ASCII)).startsWith("ringside-0\0");
    memory.setU8(DATA + 4, NOT_WRITTEN);
    assertThat(request(GET_ID, 0, 4, false)).isEqualTo(BlkStatus.OK);
    assertThat(memory.getU8(DATA + 4)).isEqualTo(NOT_WRITTEN);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 64, 512, false, 1", // past the end
    "0, 63, 1024, false, 1", // across the end
    "0, -1, 512, false, 1", // sector * 512 overflows
    "0, 0x7fffffffffffff, 512, false, 1",
    "1, 0, 511, true, 1", // no whole sector
    "0, 0, 0, false, 0", // nothing to read
    "1, 64, 0, true, 0", // nothing to write
    "0x80000000, 0, 512, true, 2", // unknown, with the OUT bit of old barriers
    "2, 0, 512, true, 2", // SCSI
    "99, 0, 0, true, 2",
    "11, 0, 15, true, 1", // a discard's range is 16 bytes
    "11, 0, 0, true, 1",
    "11, 0, 32, true, 1", // and one is allowed
    "13, 0, 16, true, 2", // WRITE_ZEROES was not negotiated
    "15, 0, 512, true, 2" // nor was ZONED
  })
  void answersBadRequestsWithAStatus(
      String type, String sector, int length, boolean toDevice, int status) {
    bringUp();
    assertThat(request(Long.decode(type).intValue(), Long.decode(sector), length, toDevice))
        .isEqualTo(status);
    assertThat(read(STATUS) & DeviceStatus.NEEDS_RESET).isZero();
  }

  @ParameterizedTest
  @CsvSource({"60, 5, 0, 1", "60, 4, 1, 2", "60, 4, 0, 0", "-1, 2, 0, 1", "0, 0, 0, 0"})
  void checksTheRangeOfADiscard(long sector, int count, int flags, int status) {
    bringUp();
    memory.setU64(DATA, sector);
    memory.setU32(DATA + 8, count);
    memory.setU32(DATA + 12, flags);

    assertThat(request(DISCARD, 0, 16, true)).isEqualTo(status);
  }

  /** Section 2.7.4.2: the framing of a message is the driver's choice. */
  @Test
  void takesARequestHoweverItIsCut() {
    bringUp();
    memory.fill(DATA, 512, (byte) 9);
    header(OUT, 1);
    ring.descriptor(0, HEADER, 3, DESC_F_NEXT, 1)
        .descriptor(1, HEADER + 3, 13, DESC_F_NEXT, 2)
        .descriptor(2, DATA, 500, DESC_F_NEXT, 3)
        .descriptor(3, DATA + 500, 12, DESC_F_NEXT, 4)
        .descriptor(4, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    kickAndWait();
    assertThat(memory.getU8(STATUS_BYTE)).isEqualTo(BlkStatus.OK);

    // Header glued to nothing, data glued to the status byte.
    memory.fill(DATA, 1024, (byte) NOT_WRITTEN);
    header(IN, 1);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, DATA, 100, DESC_F_WRITE | DESC_F_NEXT, 2)
        .descriptor(2, DATA + 100, 413, DESC_F_WRITE, 0)
        .makeAvailable(0);
    kickAndWait();
    assertThat(memory.getU8(DATA + 511)).isEqualTo(9);
    assertThat(memory.getU8(DATA + 512)).isEqualTo(BlkStatus.OK);
    assertThat(memory.getU8(DATA + 513)).isEqualTo(NOT_WRITTEN);
  }

  @Test
  void needsAResetAfterAViolationAndWorksAfterIt() {
    bringUp();
    header(IN, 0);
    ring.descriptor(0, HEADER, 15, DESC_F_NEXT, 1)
        .descriptor(1, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    write(QUEUE_NOTIFY, 0);
    line.await();

    assertThat(read(INTERRUPT_STATUS) & INTERRUPT_CONFIG).isNotZero();
    assertThat(read(STATUS) & DeviceStatus.NEEDS_RESET).isNotZero();
    assertThat(function.violation())
        .isInstanceOf(RingViolationException.class)
        .hasMessageContaining("section 5.2.6");
    assertThat(ring.usedIndex()).isZero();
    write(QUEUE_NOTIFY, 0);

    write(STATUS, 0);
    assertThat(read(STATUS)).isZero();
    ring.availableIndex(0);
    RawRing again = new RawRing(memory, SIZE);
    bringUp();
    assertThat(read(STATUS) & DeviceStatus.NEEDS_RESET).isZero();
    header(FLUSH, 0);
    again
        .descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    kickAndWait();
    assertThat(memory.getU8(STATUS_BYTE)).isEqualTo(BlkStatus.OK);
  }

  @Test
  void leavesAMisplacedRingDisabled() {
    negotiate(Feature.VERSION_1.mask());
    write(QUEUE_SEL, 0);
    write(QUEUE_DESC_LOW, 0x1008);
    write(QUEUE_READY, 1);

    assertThat(read(QUEUE_READY)).isZero();
    assertThat(read(STATUS) & DeviceStatus.NEEDS_RESET).isNotZero();
  }

  @Test
  void completesRequestsInParallelAndOutOfOrder() {
    BlockingStorage blocking = new BlockingStorage(storage);
    MmioTransport registers =
        new MmioTransport(
            memory,
            new VirtioBlkDevice(
                blocking,
                scheduler,
                EventLog.OFF,
                BlkSettings.DEFAULT.withQueueSize(SIZE).withWorkers(2)),
            line,
            scheduler,
            CostModel.ZERO);
    registers.write(STATUS, 4, 3);
    registers.write(DRIVER_FEATURES_SEL, 4, 1);
    registers.write(DRIVER_FEATURES, 4, 1);
    registers.write(STATUS, 4, 11);
    registers.write(QUEUE_DESC_LOW, 4, RawRing.DESCRIPTORS);
    registers.write(QUEUE_DRIVER_LOW, 4, RawRing.AVAILABLE);
    registers.write(QUEUE_DEVICE_LOW, 4, RawRing.USED);
    registers.write(QUEUE_READY, 4, 1);
    registers.write(STATUS, 4, 15);
    for (int i = 0; i < 2; i++) {
      memory.setU64(HEADER + 16L * i, IN);
      memory.setU64(HEADER + 16L * i + 8, i);
      ring.descriptor(2 * i, HEADER + 16L * i, 16, DESC_F_NEXT, 2 * i + 1)
          .descriptor(2 * i + 1, DATA + 1024L * i, 513, DESC_F_WRITE, 0)
          .makeAvailable(2 * i);
    }
    registers.write(QUEUE_NOTIFY, 4, 0);
    while (ring.usedIndex() < 1) {
      line.await();
    }
    assertThat(ring.usedId(0)).isEqualTo(2);
    blocking.release();
    while (ring.usedIndex() < 2) {
      line.await();
    }
    assertThat(ring.usedId(1)).isZero();
    registers.write(STATUS, 4, 0);
  }
}
