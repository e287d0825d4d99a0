package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What only version 2 of MMIO has. */
class MmioTransportTest {
  private static final long BASE = DeviceSlot.MMIO_BASE;

  private final RecordingDevice device = new RecordingDevice();
  private final RawGuest guest = new RawGuest(Transport.MMIO, device);

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

  @Test
  void hasNoSharedMemory() {
    write(SHM_SEL, 3);
    assertThat(read(SHM_LEN_LOW)).isEqualTo(-1);
    assertThat(read(SHM_LEN_HIGH)).isEqualTo(-1);
    assertThat(read(SHM_BASE_LOW)).isEqualTo(-1);
    assertThat(read(SHM_BASE_HIGH)).isEqualTo(-1);
  }

  @Test
  void ignoresWhatIsNoRegisterOrReadOnly() {
    for (int offset = 0; offset < CONFIG; offset++) {
      for (int width = 1; width <= Long.BYTES; width *= 2) {
        if (width != Integer.BYTES || offset % Integer.BYTES != 0) {
          guest.bus().write(BASE + offset, width, -1);
          assertThat(guest.bus().read(BASE + offset, width)).isZero();
        }
      }
    }
    write(MAGIC_VALUE, 1);
    write(0x0f0, 1);
    assertThat(read(MAGIC_VALUE)).isEqualTo(MAGIC);
    assertThat(read(QUEUE_NOTIFY)).isZero();
    assertThat(read(0x0f0)).isZero();
    assertThat(device.takeCalls()).isEmpty();
  }

  /** Section 4.2.2.2: a driver stops using a queue by writing zero and reading it back. */
  @Test
  void disablesAQueueForAZero() {
    guest.negotiate(Feature.VERSION_1.mask()).enable(0, 8).live();
    device.takeCalls();
    write(QUEUE_READY, 2);
    assertThat(read(QUEUE_READY)).isEqualTo(1);
    write(QUEUE_READY, 0);
    assertThat(read(QUEUE_READY)).isZero();
    guest.kick(0);
    write(QUEUE_READY, 1);
    assertThat(guest.queue(0).size()).isEqualTo(8);
    assertThat(device.takeCalls()).containsExactly("stopQueue 0", "startQueue 0");
  }

  @Test
  void acknowledgesEachReasonAlone() {
    guest.negotiate(Feature.VERSION_1.mask()).live();
    guest.function().interruptForQueue(0);
    guest.function().changeConfig(() -> {});
    write(INTERRUPT_ACK, INTERRUPT_USED);
    assertThat(read(INTERRUPT_STATUS)).isEqualTo(INTERRUPT_CONFIG);
    assertThat(guest.line().consume()).isTrue();
  }

  @Test
  void forgetsItsSelectorsWhenItIsReset() {
    write(QUEUE_SEL, 9);
    write(DEVICE_FEATURES_SEL, 1);
    write(STATUS, DeviceStatus.RESET);
    assertThat(read(QUEUE_SIZE_MAX)).isEqualTo(RecordingDevice.MAX_SIZE);
    assertThat(read(DEVICE_FEATURES) & Feature.BLK_FLUSH.mask()).isNotZero();
  }
}
