package dev.ringside.blk;

import static dev.ringside.blk.RawGuest.*;
import static dev.ringside.virtio.spec.MmioRegister.*;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_NEXT;
import static dev.ringside.virtio.spec.SplitLayout.DESC_F_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.GuestMemory;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.spec.BlkStatus;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device behind its registers, driven by a guest that writes its ring by hand. */
class VirtioBlkDeviceTest {
  private static final int SECTORS = 64;
  private static final int IN = 0;
  private static final int OUT = 1;
  private static final int FLUSH = 4;
  private static final int GET_ID = 8;
  private static final int DISCARD = 11;

  private final Storage storage = MemoryStorage.ofSectors(SECTORS);
  private final RawGuest guest = new RawGuest(storage, BlkSettings.DEFAULT);
  private final GuestMemory memory = guest.memory;
  private final RawRing ring = guest.ring;

  @AfterEach
  void close() {
    guest.close();
  }

  private void bringUp() {
    guest.bringUp(Feature.setOf(Feature.VERSION_1, Feature.BLK_FLUSH, Feature.BLK_DISCARD));
  }

  @Test
  void introducesItself() {
    assertThat(guest.read(MAGIC_VALUE)).isEqualTo(0x74726976);
    assertThat(guest.read(VERSION_NUMBER)).isEqualTo(2);
    assertThat(guest.read(DEVICE_ID)).isEqualTo(2);
    assertThat(guest.read(QUEUE_SIZE_MAX)).isEqualTo(SIZE);
    assertThat(guest.mmio.read(CONFIG, 8)).isEqualTo(SECTORS);
    assertThat(guest.mmio.read(CONFIG + 4096, 4)).isZero();
    guest.write(QUEUE_SEL, 7);
    assertThat(guest.read(QUEUE_SIZE_MAX)).isZero();
    assertThat(guest.read(SHM_LEN_LOW)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void ignoresControlRegistersOfAnotherWidth(int width) {
    guest.mmio.write(STATUS, width, 1);

    assertThat(guest.mmio.read(MAGIC_VALUE, width)).isZero();
    assertThat(guest.read(STATUS)).isZero();
    assertThat(guest.mmio.read(MAGIC_VALUE + 2, 4)).isZero();
  }

  @Test
  void refusesFeaturesThatItDoesNotOffer() {
    guest.negotiate(Feature.setOf(Feature.VERSION_1, Feature.ADMIN_VQ));

    assertThat(guest.read(STATUS) & DeviceStatus.FEATURES_OK).isZero();
  }

  @Test
  void refusesADriverWithoutVersion1() {
    guest.negotiate(Feature.EVENT_IDX.mask());

    assertThat(guest.read(STATUS) & DeviceStatus.FEATURES_OK).isZero();
    guest.write(STATUS, guest.read(STATUS) | DeviceStatus.DRIVER_OK);
    assertThat(guest.read(STATUS) & DeviceStatus.DRIVER_OK).isZero();
  }

  @Test
  void keepsStatusBitsUntilItIsReset() {
    bringUp();
    guest.write(STATUS, DeviceStatus.ACKNOWLEDGE);
    assertThat(guest.read(STATUS) & DeviceStatus.DRIVER_OK).isNotZero();

    guest.write(STATUS, 0);
    assertThat(guest.read(STATUS)).isZero();
    assertThat(guest.read(QUEUE_READY)).isZero();
  }

  @Test
  void picksUpWhatWasAvailableBeforeDriverOk() {
    guest.negotiate(Feature.VERSION_1.mask());
    guest.enableQueue();
    guest.header(GET_ID, 0);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, DATA, 21, DESC_F_WRITE, 0)
        .makeAvailable(0);
    guest.write(QUEUE_NOTIFY, 0);
    assertThat(ring.usedIndex()).isZero();

    guest.write(STATUS, guest.read(STATUS) | DeviceStatus.DRIVER_OK);
    while (ring.usedIndex() == 0) {
      guest.line.await();
    }
    assertThat(memory.getU8(DATA + 20)).isEqualTo(BlkStatus.OK);
  }

  @Test
  void readsWritesFlushesAndDiscards() {
    bringUp();
    memory.fill(DATA, 1024, (byte) 7);
    assertThat(guest.request(OUT, 5, 1024, true)).isEqualTo(BlkStatus.OK);
    assertThat(guest.usedLength()).isEqualTo(1);
    assertThat(guest.request(FLUSH, 0, 0, true)).isEqualTo(BlkStatus.OK);
    memory.fill(DATA, 1024, (byte) 0);
    assertThat(guest.request(IN, 6, 512, false)).isEqualTo(BlkStatus.OK);
    assertThat(guest.usedLength()).isEqualTo(513);
    assertThat(memory.getU8(DATA + 511)).isEqualTo(7);

    memory.setU64(DATA, 5);
    memory.setU64(DATA + 8, 2);
    assertThat(guest.request(DISCARD, 0, 16, true)).isEqualTo(BlkStatus.OK);
    assertThat(guest.request(IN, 6, 512, false)).isEqualTo(BlkStatus.OK);
    assertThat(memory.getU8(DATA + 511)).isZero();
  }

  @Test
  void givesItsSerialAsFarAsTheBufferGoes() {
    bringUp();
    assertThat(guest.request(GET_ID, 0, 20, false)).isEqualTo(BlkStatus.OK);
    byte[] serial = new byte[20];
    memory.read(DATA, serial, 0, 20);
    assertThat(new String(serial, StandardCharsets.US_ASCII)).startsWith("ringside-0\0");
    memory.setU8(DATA + 4, NOT_WRITTEN);
    assertThat(guest.request(GET_ID, 0, 4, false)).isEqualTo(BlkStatus.OK);
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
    "11, 0, 15, true, 1", // a range of a discard is 16 bytes
    "11, 0, 0, true, 1",
    "11, 0, 528, true, 1", // and 32 are allowed
    "13, 0, 16, true, 2", // WRITE_ZEROES was not negotiated
    "15, 0, 512, true, 2" // nor was ZONED
  })
  void answersBadRequestsWithAStatus(
      String type, String sector, int length, boolean toDevice, int status) {
    bringUp();
    assertThat(guest.request(Long.decode(type).intValue(), Long.decode(sector), length, toDevice))
        .isEqualTo(status);
    assertThat(guest.read(STATUS) & DeviceStatus.NEEDS_RESET).isZero();
  }

  @ParameterizedTest
  @CsvSource({"60, 5, 0, 1", "60, 4, 1, 2", "60, 4, 0, 0", "-1, 2, 0, 1", "0, 0, 0, 0"})
  void checksTheRangeOfADiscard(long sector, int count, int flags, int status) {
    bringUp();
    memory.setU64(DATA, sector);
    memory.setU32(DATA + 8, count);
    memory.setU32(DATA + 12, flags);

    assertThat(guest.request(DISCARD, 0, 16, true)).isEqualTo(status);
  }

  /** Section 2.7.4.2: the framing of a message is the driver's choice. */
  @Test
  void takesARequestHoweverItIsCut() {
    bringUp();
    memory.fill(DATA, 512, (byte) 9);
    guest.header(OUT, 1);
    ring.descriptor(0, HEADER, 3, DESC_F_NEXT, 1)
        .descriptor(1, HEADER + 3, 13, DESC_F_NEXT, 2)
        .descriptor(2, DATA, 500, DESC_F_NEXT, 3)
        .descriptor(3, DATA + 500, 12, DESC_F_NEXT, 4)
        .descriptor(4, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    guest.kickAndWait();
    assertThat(memory.getU8(STATUS_BYTE)).isEqualTo(BlkStatus.OK);

    // Header glued to nothing, data glued to the status byte.
    memory.fill(DATA, 1024, (byte) NOT_WRITTEN);
    guest.header(IN, 1);
    ring.descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, DATA, 100, DESC_F_WRITE | DESC_F_NEXT, 2)
        .descriptor(2, DATA + 100, 413, DESC_F_WRITE, 0)
        .makeAvailable(0);
    guest.kickAndWait();
    assertThat(memory.getU8(DATA + 511)).isEqualTo(9);
    assertThat(memory.getU8(DATA + 512)).isEqualTo(BlkStatus.OK);
    assertThat(memory.getU8(DATA + 513)).isEqualTo(NOT_WRITTEN);
  }

  @Test
  void needsAResetAfterAViolationAndWorksAfterIt() {
    bringUp();
    guest.header(IN, 0);
    ring.descriptor(0, HEADER, 15, DESC_F_NEXT, 1)
        .descriptor(1, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    guest.write(QUEUE_NOTIFY, 0);
    guest.line.await();

    assertThat(guest.read(INTERRUPT_STATUS) & INTERRUPT_CONFIG).isNotZero();
    assertThat(guest.read(STATUS) & DeviceStatus.NEEDS_RESET).isNotZero();
    assertThat(guest.function.violation())
        .isInstanceOf(RingViolationException.class)
        .hasMessageContaining("section 5.2.6");
    assertThat(ring.usedIndex()).isZero();
    guest.write(QUEUE_NOTIFY, 0);

    guest.write(STATUS, 0);
    assertThat(guest.read(STATUS)).isZero();
    ring.availableIndex(0);
    RawRing again = new RawRing(memory, SIZE);
    bringUp();
    assertThat(guest.read(STATUS) & DeviceStatus.NEEDS_RESET).isZero();
    guest.header(FLUSH, 0);
    again
        .descriptor(0, HEADER, 16, DESC_F_NEXT, 1)
        .descriptor(1, STATUS_BYTE, 1, DESC_F_WRITE, 0)
        .makeAvailable(0);
    guest.kickAndWait();
    assertThat(memory.getU8(STATUS_BYTE)).isEqualTo(BlkStatus.OK);
  }

  @Test
  void leavesAMisplacedRingDisabled() {
    guest.negotiate(Feature.VERSION_1.mask());
    guest.write(QUEUE_SEL, 0);
    guest.write(QUEUE_DESC_LOW, 0x1008);
    guest.write(QUEUE_READY, 1);

    assertThat(guest.read(QUEUE_READY)).isZero();
    assertThat(guest.read(STATUS) & DeviceStatus.NEEDS_RESET).isNotZero();
  }

  @Test
  void completesRequestsInParallelAndOutOfOrder() {
    BlockingStorage blocking = new BlockingStorage(storage);
    try (RawGuest parallel = new RawGuest(blocking, BlkSettings.DEFAULT.withWorkers(2))) {
      parallel.bringUp(Feature.VERSION_1.mask());
      for (int i = 0; i < 2; i++) {
        parallel.memory.setU64(HEADER + 16L * i, IN);
        parallel.memory.setU64(HEADER + 16L * i + 8, i);
        parallel
            .ring
            .descriptor(2 * i, HEADER + 16L * i, 16, DESC_F_NEXT, 2 * i + 1)
            .descriptor(2 * i + 1, DATA + 1024L * i, 513, DESC_F_WRITE, 0)
            .makeAvailable(2 * i);
      }
      parallel.write(QUEUE_NOTIFY, 0);
      while (parallel.ring.usedIndex() < 1) {
        parallel.line.await();
      }
      assertThat(parallel.ring.usedId(0)).isEqualTo(2);
      blocking.release();
      while (parallel.ring.usedIndex() < 2) {
        parallel.line.await();
      }
      assertThat(parallel.ring.usedId(1)).isZero();
    }
  }
}
