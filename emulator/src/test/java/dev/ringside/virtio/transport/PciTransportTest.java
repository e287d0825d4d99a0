package dev.ringside.virtio.transport;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;
import static dev.ringside.machine.pci.PciHeader.*;
import static dev.ringside.virtio.spec.PciCapability.*;
import static dev.ringside.virtio.spec.PciCommonConfig.CONFIG_MSIX_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.DEVICE_STATUS;
import static dev.ringside.virtio.spec.PciCommonConfig.NO_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.NUM_QUEUES;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_DESC;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_MSIX_VECTOR;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_NOTIF_CONFIG_DATA;
import static dev.ringside.virtio.spec.PciCommonConfig.QUEUE_SELECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.machine.MessageInterrupts.Message;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PciCapability;
import dev.ringside.virtio.transport.RawGuest.Register;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only PCI has: the configuration space, the windows, MSI-X and the interrupt pin. */
class PciTransportTest {
  private static final long COMMON = RawGuest.STRUCTURES + PciWindow.COMMON;
  private static final int RUNNING = COMMAND_MEMORY | COMMAND_BUS_MASTER;

  private final RecordingDevice device = new RecordingDevice();
  private final RawGuest guest = new RawGuest(Transport.PCI, device);

  @AfterEach
  void close() {
    guest.close();
  }

  private int capability(int id, int type) {
    int offset = (int) guest.readPci(CAPABILITIES, 1);
    while (offset != 0) {
      if (guest.readPci(offset, 1) == id
          && (id != ID_VENDOR || guest.readPci(offset + CFG_TYPE, 1) == type)) {
        return offset;
      }
      offset = (int) guest.readPci(offset + NEXT, 1);
    }
    throw new AssertionError("no capability 0x%x of type %d".formatted(id, type));
  }

  private RawGuest live() {
    return guest.negotiate(Feature.VERSION_1.mask()).enable(0, 16).live();
  }

  /** Sends a vector's message to a counter, and turns MSI-X on. */
  private AtomicInteger connect(int vector) {
    AtomicInteger received = new AtomicInteger();
    Message message = guest.messages().connect(received::incrementAndGet);
    long entry = RawGuest.MSIX + (long) MSIX_ENTRY_SIZE * vector;
    guest.bus().write(entry + MSIX_ENTRY_ADDRESS_LOW, 8, message.address());
    guest.bus().write32(entry + MSIX_ENTRY_DATA, message.data());
    guest.bus().write32(entry + MSIX_ENTRY_CONTROL, 0);
    guest.writePci(capability(ID_MSIX, 0) + MSIX_CONTROL, 2, MSIX_ENABLE);
    return received;
  }

  @Test
  void introducesItself() {
    assertThat(guest.readPci(VENDOR, 4)).isEqualTo(0x1042_1af4L);
    assertThat(guest.readPci(REVISION, 4)).isEqualTo(0x0180_0001L);
    assertThat(guest.readPci(SUBSYSTEM, 2)).isGreaterThanOrEqualTo(0x40);
    assertThat(guest.readPci(INTERRUPT_PIN, 1)).isEqualTo(1);
    assertThat(guest.bus().read(COMMON + NUM_QUEUES, 2)).isEqualTo(RecordingDevice.QUEUES);
    assertThat(guest.readPci(0x1000, 4)).isEqualTo(0xffff_ffffL); // the next function
  }

  @Test
  void leadsToItsStructures() {
    int notify = capability(ID_VENDOR, TYPE_NOTIFY);
    assertThat(guest.readPci(notify + CAP_LEN, 1)).isEqualTo(NOTIFY_SIZE);
    assertThat(guest.readPci(notify + OFFSET, 4)).isEqualTo(PciWindow.NOTIFY);
    assertThat(guest.readPci(notify + LENGTH, 4)).isEqualTo(8);
    assertThat(guest.readPci(notify + NOTIFY_MULTIPLIER, 4)).isEqualTo(4);
    int config = capability(ID_VENDOR, TYPE_DEVICE);
    assertThat(guest.readPci(config + LENGTH, 4)).isEqualTo(RecordingDevice.CONFIG_SIZE);
    assertThat(guest.readPci(config + BAR, 1)).isZero();
  }

  @Test
  void takesAFieldAtItsWidthAlone() {
    guest.bus().write(COMMON + DEVICE_STATUS, 4, DeviceStatus.ACKNOWLEDGE);
    assertThat(guest.status()).isZero();
    assertThat(guest.bus().read(COMMON + DEVICE_STATUS, 2)).isZero();
    assertThat(guest.bus().read(COMMON + NUM_QUEUES, 4)).isZero();
    assertThat(guest.bus().read(COMMON + 64, 4)).isZero();
    guest.bus().write(COMMON + QUEUE_DESC, 8, 0x1_2345_6000L);
    assertThat(guest.bus().read(COMMON + QUEUE_DESC, 8)).isEqualTo(0x1_2345_6000L);
    assertThat(guest.bus().read(COMMON + QUEUE_DESC + 4, 4)).isEqualTo(1);
  }

  @Test
  void readsZeroOfAQueueThatIsNotThere() {
    guest.write(Register.QUEUE_SEL, RecordingDevice.QUEUES);
    assertThat(guest.read(Register.QUEUE_SIZE)).isZero();
    guest.write(Register.QUEUE_ENABLE, 1);
    assertThat(guest.read(Register.QUEUE_ENABLE)).isZero();
    assertThat(guest.map(QUEUE_MSIX_VECTOR, 0)).isFalse();
  }

  @Test
  void disablesNoQueueForAZero() {
    live().write(Register.QUEUE_ENABLE, 0);
    assertThat(guest.isEnabled(0)).isTrue();
  }

  @Tag("NOTIF_CONFIG_DATA")
  @Test
  void notifiesWithTheDataThatItGave() {
    guest
        .negotiate(Feature.setOf(Feature.VERSION_1, Feature.NOTIF_CONFIG_DATA))
        .enable(1, 16)
        .live();
    device.takeCalls();
    guest.bus().write(COMMON + QUEUE_SELECT, 2, 1);
    int data = (int) guest.bus().read(COMMON + QUEUE_NOTIF_CONFIG_DATA, 2);
    guest.kick(1);
    assertThat(device.takeCalls()).isEmpty();
    guest.kick(data);
    assertThat(device.takeCalls()).containsExactly("kick 1");
  }

  @Test
  void takesNotificationsOfTheRightWidth() {
    live();
    device.takeCalls();
    guest.notify(0, 4);
    guest.notify(0, 1);
    assertThat(device.takeCalls()).isEmpty();
  }

  @Test
  void readsTheIsrOnce() {
    live().function().interruptForQueue(0);
    assertThat(guest.readPci(STATUS, 2) & STATUS_INTERRUPT).isNotZero();
    assertThat(guest.line().consume()).isTrue();
    assertThat(guest.takeInterrupts()).isEqualTo(ISR_QUEUE);
    assertThat(guest.takeInterrupts()).isZero();
    assertThat(guest.readPci(STATUS, 2) & STATUS_INTERRUPT).isZero();
  }

  @Test
  void raisesNoPinThatIsDisabledUntilItIsEnabled() {
    guest.command(RUNNING | COMMAND_INTX_DISABLE);
    live().function().interruptForQueue(0);
    assertThat(guest.line().consume()).isFalse();
    assertThat(guest.readPci(STATUS, 2) & STATUS_INTERRUPT).isNotZero();
    guest.command(RUNNING);
    assertThat(guest.line().consume()).isTrue();
  }

  @Test
  void sendsTheMessageOfEachEvent() {
    AtomicInteger config = connect(0);
    AtomicInteger queue = connect(1);
    assertThat(guest.map(CONFIG_MSIX_VECTOR, 0)).isTrue();
    guest.write(Register.QUEUE_SEL, 0);
    assertThat(guest.map(QUEUE_MSIX_VECTOR, 1)).isTrue();
    live().function().interruptForQueue(0);
    guest.function().interruptForQueue(0);
    guest.function().interruptForQueue(1); // has no vector
    guest.function().changeConfig(() -> {});

    assertThat(queue).hasValue(2);
    assertThat(config).hasValue(1);
    assertThat(guest.line().consume()).isFalse();
    assertThat(guest.takeInterrupts()).isZero();
  }

  @Test
  void mapsNoVectorThatTheTableLacks() {
    assertThat(guest.map(CONFIG_MSIX_VECTOR, RecordingDevice.QUEUES)).isTrue();
    assertThat(guest.map(CONFIG_MSIX_VECTOR, RecordingDevice.QUEUES + 1)).isFalse();
    assertThat(guest.bus().read(COMMON + CONFIG_MSIX_VECTOR, 2)).isEqualTo(NO_VECTOR);
  }

  @Test
  void forgetsTheVectorOfAQueueThatIsReset() {
    guest.negotiate(Feature.setOf(Feature.VERSION_1, Feature.RING_RESET)).enable(0, 16).live();
    assertThat(guest.map(QUEUE_MSIX_VECTOR, 1)).isTrue();
    guest.resetQueue(0);
    assertThat(guest.bus().read(COMMON + QUEUE_MSIX_VECTOR, 2)).isEqualTo(NO_VECTOR);
  }

  @Test
  void hasNoMsixWithoutAController() {
    try (RawGuest plain = new RawGuest(Transport.PCI_INTX, new RecordingDevice())) {
      assertThat(plain.map(CONFIG_MSIX_VECTOR, 0)).isFalse();
      plain.negotiate(Feature.VERSION_1.mask()).live().function().changeConfig(() -> {});
      assertThat(plain.line().consume()).isTrue();
      assertThat(plain.takeInterrupts()).isEqualTo(ISR_CONFIG);
    }
  }

  @Tag("ACCESS_PLATFORM")
  @Test
  void worksOnlyAsABusMaster() {
    guest.command(COMMAND_MEMORY);
    live();
    guest.kick(0);
    assertThat(device.takeCalls()).isEmpty();
    guest.command(RUNNING);
    guest.kick(0);
    guest.command(COMMAND_MEMORY);
    guest.kick(0);
    guest.command(RUNNING);
    assertThat(device.takeCalls()).containsExactly("start", "kick 0", "suspend", "resume");
  }

  @Test
  void movesItsWindowsWhileItRuns() {
    live();
    device.takeCalls();
    long elsewhere = 0x1_4000_0000L;
    guest.placeStructures(elsewhere);
    assertThat(guest.bus().read(COMMON + DEVICE_STATUS, 1)).isEqualTo(0xff);
    guest.bus().write(elsewhere + PciWindow.NOTIFY, 2, 0);
    guest.command(COMMAND_BUS_MASTER);
    assertThat(guest.bus().read(elsewhere + DEVICE_STATUS, 1)).isEqualTo(0xff);
    guest.command(RUNNING);
    guest.placeStructures(RawGuest.STRUCTURES);
    assertThat(guest.status() & DeviceStatus.DRIVER_OK).isNotZero();
    assertThat(device.takeCalls()).containsExactly("kick 0");
  }

  @Test
  void isAsAfterPowerOnAfterAFunctionLevelReset() {
    connect(0);
    live();
    guest.writePci(capability(ID_EXPRESS, 0) + EXPRESS_DEVICE_CONTROL, 2, EXPRESS_RESET);

    assertThat(device.takeCalls()).containsExactly("start", "stop");
    assertThat(guest.readPci(COMMAND, 2)).isZero();
    assertThat(guest.readPci(BASE_ADDRESS, 4)).isEqualTo(BASE_ADDRESS_64);
    assertThat(guest.readPci(capability(ID_MSIX, 0) + MSIX_CONTROL, 2))
        .isEqualTo(RecordingDevice.QUEUES);
    assertThat(guest.readPci(capability(ID_EXPRESS, 0) + EXPRESS_DEVICE_CONTROL, 2)).isZero();
    assertThat(guest.bus().read(COMMON + DEVICE_STATUS, 1)).isEqualTo(0xff);
    guest.placeStructures(RawGuest.STRUCTURES);
    guest.command(RUNNING);
    assertThat(guest.status()).isZero();
    live();
    assertThat(device.takeCalls()).containsExactly("start");
  }

  /** Section 4.1.4.9: the windows through the configuration space, mapped or not. */
  @Test
  void reachesItsWindowsThroughTheConfigurationSpace() {
    guest.command(0);
    int capability = capability(ID_VENDOR, TYPE_PCI_CFG);
    guest.writePci(capability + OFFSET, 4, PciWindow.COMMON + DEVICE_STATUS);
    guest.writePci(capability + LENGTH, 4, 1);
    guest.writePci(capability + PCI_CFG_DATA, 1, DeviceStatus.ACKNOWLEDGE);
    assertThat(guest.function().status()).isEqualTo(DeviceStatus.ACKNOWLEDGE);
    assertThat(guest.readPci(capability + PCI_CFG_DATA, 1)).isEqualTo(DeviceStatus.ACKNOWLEDGE);
    guest.writePci(capability + BAR, 1, 2);
    guest.writePci(capability + OFFSET, 4, MSIX_ENTRY_CONTROL);
    guest.writePci(capability + LENGTH, 4, 4);
    assertThat(guest.readPci(capability + PCI_CFG_DATA, 4)).isEqualTo(MSIX_ENTRY_MASK);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 4", // the upper half of a base address
    "6, 0, 4",
    "255, 0, 4",
    "0, 0x4000, 1",
    "0, 0x3ffe, 4",
    "0, 0xffffffff, 4",
    "0, 0, 0",
    "0, 0, 3",
    "0, 0, 8",
    "0, 0, -1"
  })
  void reachesNothingElseThroughTheConfigurationSpace(int window, String offset, int length) {
    int capability = capability(ID_VENDOR, TYPE_PCI_CFG);
    guest.writePci(capability + BAR, 1, window);
    guest.writePci(capability + OFFSET, 4, Long.decode(offset));
    guest.writePci(capability + LENGTH, 4, length);
    guest.writePci(capability + PCI_CFG_DATA, 4, -1);
    assertThat(guest.readPci(capability + PCI_CFG_DATA, 4)).isZero();
  }

  /** Whatever a guest writes into its configuration space, nothing is thrown. */
  @Test
  void survivesEveryWriteToItsConfigurationSpace() {
    for (int value : new int[] {-1, 0, 0x5555_5555}) {
      for (int offset = 0; offset < CONVENTIONAL_SIZE; offset++) {
        for (int width = 1; width <= 8; width *= 2) {
          guest.writePci(offset, width, value);
          guest.readPci(offset, width);
        }
      }
    }
    assertThat(guest.readPci(VENDOR, 2)).isEqualTo(PciCapability.VIRTIO_VENDOR);
    assertThat(guest.readPci(PciHeader.CAPABILITIES, 1)).isEqualTo(PciHeader.SIZE);
  }
}
