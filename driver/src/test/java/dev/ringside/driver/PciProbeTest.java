package dev.ringside.driver;

import static dev.ringside.machine.pci.PciCapabilityHeader.*;
import static dev.ringside.machine.pci.PciHeader.*;
import static dev.ringside.virtio.spec.PciCapability.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.FrameAllocator;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.ConfigurationSpace;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciHeader;
import dev.ringside.machine.pci.PciHost;
import dev.ringside.virtio.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the driver makes of PCI functions, most of which cannot be trusted. */
class PciProbeTest {
  private static final RegisterWindow ZEROS =
      new RegisterWindow() {
        @Override
        public long read(long offset, int width) {
          return 0;
        }

        @Override
        public void write(long offset, int width, long value) {}
      };

  private final GuestMemory memory = GuestMemory.anonymous(1 << 20);
  private final Bus bus = new Bus();
  private final PciHost host = new PciHost(bus, PciAddressMap.DEFAULT);
  private final ConfigurationSpace space = new ConfigurationSpace();

  PciProbeTest() {
    space.set16(VENDOR, VIRTIO_VENDOR);
    space.set16(DEVICE, 0x1042);
    space.addBaseAddress(0, true, bus.movable(0x4000, ZEROS));
    host.plug(3, space);
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private VirtioBlkDriver probe() {
    RealScheduler scheduler = new RealScheduler();
    Guest guest =
        new Guest(
            memory,
            new FrameAllocator(memory),
            new WiredInterruptLine(scheduler, CostModel.ZERO),
            scheduler,
            EventLog.OFF);
    MessageInterrupts messages = new MessageInterrupts(scheduler, CostModel.ZERO);
    return PciProbe.probe(bus, PciAddressMap.DEFAULT, messages, guest, DriverSettings.DEFAULT);
  }

  private int structure(int type, int window, int offset, int length) {
    int capability = space.addCapability(ID_VENDOR, NOTIFY_SIZE);
    space.set8(capability + CFG_TYPE, type);
    space.set8(capability + BAR, window);
    space.set32(capability + OFFSET, offset);
    space.set32(capability + LENGTH, length);
    return capability;
  }

  @Test
  void findsNothingOnAnEmptyBus() {
    space.set16(VENDOR, NO_VENDOR);
    assertThatThrownBy(this::probe)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("no virtio block device on the PCI bus at 0xe0000000");
  }

  @ParameterizedTest
  @CsvSource({
    "6, 0, 64", // no such window
    "255, 0, 64",
    "1, 0, 64", // the upper half of a base address
    "2, 0, 64", // absent
    "0, 0x4000, 64", // outside
    "0, 0x3fff, 2",
    "0, -1, 64", // wraps
    "0, 64, -1"
  })
  void ignoresAStructureThatIsInNoWindow(int window, String offset, int length) {
    structure(TYPE_COMMON, window, Long.decode(offset).intValue(), length);
    assertThatThrownBy(this::probe)
        .isInstanceOf(BlockDeviceException.class)
        .hasMessageContaining("no common configuration structure");
  }

  @Test
  void refusesACommonConfigurationThatIsTooShort() {
    structure(TYPE_COMMON, 0, 0, 55);
    structure(TYPE_NOTIFY, 0, 0x3000, 4);
    structure(TYPE_ISR, 0, 0x1000, 1);
    structure(TYPE_DEVICE, 0, 0x2000, 64);
    assertThatThrownBy(this::probe).hasMessageContaining("55 bytes");
  }

  @Test
  void endsAListOfCapabilitiesThatLoops() {
    int capability = structure(TYPE_PCI_CFG, 0, 0, 0);
    space.set8(capability + NEXT, capability);
    assertThatThrownBy(this::probe).hasMessageContaining("no common configuration structure");
  }

  @Test
  void endsAListOfCapabilitiesThatPointsIntoTheHeader() {
    structure(TYPE_PCI_CFG, 0, 0, 0);
    space.set8(PciHeader.CAPABILITIES, COMMAND);
    assertThatThrownBy(this::probe).hasMessageContaining("no common configuration structure");
  }

  @Test
  void ignoresAWindowForWhichThereIsNoRoom() {
    space.allow32(BASE_ADDRESS, 0x8000_0000);
    structure(TYPE_COMMON, 0, 0, 64);
    assertThatThrownBy(this::probe).hasMessageContaining("no common configuration structure");
    assertThat(space.get32(BASE_ADDRESS)).isEqualTo(BASE_ADDRESS_64);
  }

  @Test
  void usesThePinWhenItIsGivenNoMessages() {
    try (TestDisk disk = TestDisk.blank(64).transport(Transport.PCI_INTX).start()) {
      assertThat(disk.execute(new BlockRequest().flush()).status()).isEqualTo(BlockStatus.OK);
      long command = PciAddressMap.DEFAULT.function(0, 0) + COMMAND;
      assertThat(disk.bus().read(command, 2)).isEqualTo(COMMAND_MEMORY | COMMAND_BUS_MASTER);
    }
  }

  @Test
  void usesMessagesInsteadOfThePin() {
    try (TestDisk disk = TestDisk.blank(64).transport(Transport.PCI).start()) {
      long command = PciAddressMap.DEFAULT.function(0, 0) + COMMAND;
      assertThat(disk.bus().read(command, 2) & COMMAND_INTX_DISABLE).isNotZero();
      long control = PciAddressMap.DEFAULT.function(0, 0) + PciHeader.SIZE + MSIX_CONTROL;
      assertThat(disk.bus().read(control, 2) & MSIX_ENABLE).isNotZero();
    }
  }
}
