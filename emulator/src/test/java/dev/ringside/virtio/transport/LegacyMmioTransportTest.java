package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The legacy interface of MMIO. */
class LegacyMmioTransportTest {
  private static final long BASE = DeviceSlot.MMIO_BASE;
  private static final int STARTED =
      DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.DRIVER_OK;

  private final RecordingDevice device = new RecordingDevice();
  private final RawGuest guest = new RawGuest(Transport.MMIO_LEGACY, device);

  @AfterEach
  void close() {
    guest.close();
  }

  private int read(int register) {
    return guest.bus().read32(BASE + register);
  }

  private void write(int register, int value) {
    guest.bus().write32(BASE + register, value);
  }

  private void enable(int pageSize, int alignment, int page) {
    write(LEGACY_GUEST_PAGE_SIZE, pageSize);
    write(QUEUE_SEL, 0);
    write(QUEUE_SIZE, 16);
    write(LEGACY_QUEUE_ALIGN, alignment);
    write(LEGACY_QUEUE_PFN, page);
  }

  @Test
  void offersTheFirstWordOfFeatures() {
    assertThat(read(VERSION_NUMBER)).isEqualTo(1);
    assertThat(guest.deviceFeatures())
        .isEqualTo(Feature.setOf(Feature.EVENT_IDX, Feature.BLK_FLUSH, Feature.ANY_LAYOUT));
    assertThat(read(CONFIG_GENERATION)).isZero();
  }

  @Test
  void startsWithoutFeaturesOk() {
    guest.driverFeatures(0, (int) Feature.setOf(Feature.BLK_FLUSH, Feature.BLK_MQ));
    guest.driverFeatures(1, -1);
    write(STATUS, STARTED | DeviceStatus.FEATURES_OK | DeviceStatus.SUSPEND);
    assertThat(read(STATUS)).isEqualTo(STARTED);
    assertThat(device.takeCalls()).containsExactly("start");
    assertThat(guest.function().driverFeatures(0)).isEqualTo((int) Feature.BLK_FLUSH.mask());
    assertThat(guest.function().driverFeatures(1)).isZero();
  }

  @Test
  void placesTheAreasOfAQueueInOneBlock() {
    enable(4096, 4096, 5);
    assertThat(read(LEGACY_QUEUE_PFN)).isEqualTo(5);
    assertThat(guest.queue(0).descriptorArea()).isEqualTo(0x5000);
    assertThat(guest.queue(0).driverArea()).isEqualTo(0x5100);
    assertThat(guest.queue(0).deviceArea()).isEqualTo(0x6000);
  }

  /** 256 bytes of descriptors and 38 of the available ring end at 0x5126. */
  @ParameterizedTest
  @CsvSource({"64, 0x5140", "2, 0x5126", "1, 0x5126"})
  void alignsTheUsedRingAsTheDriverSays(int alignment, String used) {
    enable(4096, alignment, 5);
    assertThat(guest.queue(0).deviceArea()).isEqualTo(Long.decode(used));
  }

  @Test
  void disablesAQueueForPageZero() {
    enable(4096, 4096, 5);
    write(STATUS, STARTED);
    device.takeCalls();
    write(LEGACY_QUEUE_PFN, 0);
    assertThat(read(LEGACY_QUEUE_PFN)).isZero();
    guest.bus().write32(BASE + QUEUE_NOTIFY, 0);
    assertThat(device.takeCalls()).containsExactly("stopQueue 0");
    enable(4096, 4096, 7);
    assertThat(device.takeCalls()).containsExactly("startQueue 0");
  }

  @ParameterizedTest
  @CsvSource({"0, 4096", "4096, 0", "4097, 4096", "4096, 3"})
  void placesNothingWithoutPageSizeAndAlignment(int pageSize, int alignment) {
    enable(pageSize, alignment, 5);
    assertThat(read(LEGACY_QUEUE_PFN)).isZero();
  }

  @Test
  void needsAResetForAQueueOutsideMemory() {
    enable(0x8000_0000, 4096, -1);
    assertThat(read(STATUS) & DeviceStatus.NEEDS_RESET).isNotZero();
    write(STATUS, DeviceStatus.RESET);
    assertThat(read(STATUS)).isZero();
  }

  /** A driver tells its page size once, before the reset that begins its initialization. */
  @Test
  void keepsThePageSizeOverAReset() {
    write(LEGACY_GUEST_PAGE_SIZE, 4096);
    write(STATUS, DeviceStatus.RESET);
    write(LEGACY_QUEUE_ALIGN, 4096);
    write(LEGACY_QUEUE_PFN, 5);
    assertThat(read(LEGACY_QUEUE_PFN)).isEqualTo(5);
  }
}
