package dev.ringside.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.driver.testing.TestDisk;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.RealScheduler;
import dev.ringside.machine.WiredInterruptLine;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.transport.Transport;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a driver can do with registers besides what every initialization does. */
class DeviceRegistersTest {
  private static DeviceRegisters registers(TestDisk disk, Transport transport) {
    RealScheduler scheduler = new RealScheduler();
    WiredInterruptLine line = new WiredInterruptLine(scheduler, CostModel.ZERO);
    Guest guest = new Guest(disk.memory(), disk.frames(), line, scheduler, EventLog.OFF);
    return switch (transport) {
      case MMIO -> new MmioRegisters(disk.bus(), disk.base(), line, scheduler);
      case MMIO_LEGACY -> new LegacyMmioRegisters(disk.bus(), disk.base(), line);
      case PCI, PCI_INTX -> PciProbe.registers(disk.bus(), PciAddressMap.DEFAULT, null, guest);
    };
  }

  @ParameterizedTest
  @EnumSource(names = {"MMIO", "PCI"})
  void resetsAQueueAndEnablesItWithAnotherSize(Transport transport) {
    try (TestDisk disk = TestDisk.blank(64).transport(transport).start()) {
      DeviceRegisters registers = registers(disk, transport);
      QueueConfig queue = Objects.requireNonNull(disk.function().queue(0));

      assertThat(registers.resetQueue(0)).isTrue();
      assertThat(queue.queue()).isNull();
      RingAreas areas = RingAreas.separate(disk.frames(), 64);
      assertThat(registers.enableQueue(0, 64, areas.descriptors(), areas.available(), areas.used()))
          .isTrue();
      assertThat(queue.size()).isEqualTo(64);
    }
  }

  @ParameterizedTest
  @EnumSource
  void saysThatADeviceHasNoSuchQueue(Transport transport) {
    try (TestDisk disk = TestDisk.blank(64).transport(transport).start()) {
      assertThat(registers(disk, transport).maxQueueSize(999)).isZero();
      assertThat(registers(disk, transport).maxQueueSize(0)).isEqualTo(256);
    }
  }

  @ParameterizedTest
  @EnumSource
  void showsThatTheConfigurationHasChanged(Transport transport) {
    try (TestDisk disk = TestDisk.blank(64).transport(transport).start()) {
      DeviceRegisters registers = registers(disk, transport);
      int before = registers.configGeneration();
      assertThat(registers.configGeneration()).isEqualTo(before);
      disk.function().changeConfig(() -> {});
      assertThat(registers.configGeneration() == before)
          .isEqualTo(transport == Transport.MMIO_LEGACY);
    }
  }
}
