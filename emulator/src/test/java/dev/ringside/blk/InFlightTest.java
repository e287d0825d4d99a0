package dev.ringside.blk;

import static dev.ringside.virtio.spec.DeviceStatus.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.virtio.queue.RawRing;
import dev.ringside.virtio.spec.MmioRegister;
import dev.ringside.virtio.transport.RawGuest.Register;
import dev.ringside.virtio.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What stops the device while a request waits for its storage: the register's write returns when
 * the device has let go of guest memory, and not before.
 */
@ParameterizedClass
@CsvSource({"MMIO, 0", "MMIO, 2", "PCI, 0", "PCI, 2"})
class InFlightTest extends InFlightFixture {
  InFlightTest(Transport transport, int workers) {
    super(transport, workers);
  }

  @Test
  void finishesBeforeItIsSuspended() throws InterruptedException {
    whileItWaits(
        () -> guest.addStatus(SUSPEND),
        () -> assertThat(guest.function().status() & SUSPEND).isZero());
    assertThat(guest.status() & (SUSPEND | DRIVER_OK)).isEqualTo(SUSPEND);
    assertThat(ring.usedIndex()).isEqualTo(1);
    assertThat(guest.takeInterrupts()).isEqualTo(MmioRegister.INTERRUPT_USED);

    submit(1, 1);
    assertThat(ring.usedIndex()).isEqualTo(1);
    guest.live();
    awaitUsed(2);
  }

  @Test
  void showsThatAQueueIsBeingReset() throws InterruptedException {
    whileItWaits(
        () -> guest.resetQueue(0),
        () -> {
          assertThat(guest.read(Register.QUEUE_RESET)).isEqualTo(1);
          assertThat(guest.isEnabled(0)).isTrue();
        });
    assertThat(guest.read(Register.QUEUE_RESET)).isZero();
    assertThat(guest.isEnabled(0)).isFalse();

    RawRing again = new RawRing(guest.memory(), SIZE / 2);
    again.availableIndex(0);
    guest.memory().fill(RawRing.USED, 4, (byte) 0);
    guest.enable(0, SIZE / 2);
    guest.memory().setU64(HEADER + 8, 1);
    again.makeAvailable(0);
    guest.kick(0);
    awaitUsed(1);
  }

  @Test
  void letsGoOfMemoryBeforeItIsReset() throws InterruptedException {
    whileItWaits(
        () -> guest.status(RESET),
        () -> assertThat(guest.function().status() & DRIVER_OK).isNotZero());
    assertThat(guest.status()).isZero();
    assertThat(guest.takeInterrupts()).isZero();
  }
}
