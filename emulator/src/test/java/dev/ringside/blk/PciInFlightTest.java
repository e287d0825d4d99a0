package dev.ringside.blk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.pci.PciCapabilityHeader;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.virtio.transport.RawGuest;
import dev.ringside.virtio.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What only PCI can do to a device while a request waits for its storage. */
@ParameterizedClass
@ValueSource(ints = {0, 2})
class PciInFlightTest extends InFlightFixture {
  private static final int RUNNING = PciHeader.COMMAND_MEMORY | PciHeader.COMMAND_BUS_MASTER;

  PciInFlightTest(int workers) {
    super(Transport.PCI, workers);
  }

  @Test
  void finishesWhatItHasBeforeItIsNoBusMaster() throws InterruptedException {
    whileItWaits(() -> guest.command(PciHeader.COMMAND_MEMORY), () -> {});
    assertThat(ring.usedIndex()).isEqualTo(1);
    guest.command(RUNNING);
    worksAgain();
  }

  @Test
  void letsGoOfMemoryBeforeAFunctionLevelReset() throws InterruptedException {
    // The PCI Express capability follows that of MSI-X, the first one.
    int express = (int) guest.readPci(PciHeader.SIZE + PciCapabilityHeader.NEXT, 1);
    assertThat(guest.readPci(express, 1)).isEqualTo(PciCapabilityHeader.ID_EXPRESS);
    int control = express + PciCapabilityHeader.EXPRESS_DEVICE_CONTROL;
    whileItWaits(() -> guest.writePci(control, 2, PciCapabilityHeader.EXPRESS_RESET), () -> {});
    assertThat(guest.function().status()).isZero();
    assertThat(guest.readPci(PciHeader.COMMAND, 2)).isZero();
  }

  @Test
  void worksOnWhileItsWindowsMove() {
    submit(0, 0);
    storage.awaitReader();
    guest.placeStructures(0x1_4000_0000L);
    guest.placeStructures(RawGuest.STRUCTURES);
    storage.release();
    awaitUsed(1);
    worksAgain();
  }
}
