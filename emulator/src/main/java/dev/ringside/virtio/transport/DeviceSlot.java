package dev.ringside.virtio.transport;

import dev.ringside.machine.Bus;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.machine.pci.PciHost;
import dev.ringside.virtio.spec.MmioRegister;

/**
 * The one place of a machine where a virtio device is plugged in, behind whichever transport: an
 * MMIO window, or device 0 of a PCI bus.
 *
 * @param memory the guest's RAM
 * @param bus where the device's registers appear
 * @param line the device's interrupt line, or pin
 * @param messages the machine's controller for message-signalled interrupts
 * @param scheduler time and waiting
 * @param costs what a notification costs
 */
public record DeviceSlot(
    GuestMemory memory,
    Bus bus,
    InterruptLine line,
    MessageInterrupts messages,
    Scheduler scheduler,
    CostModel costs) {
  /** Where an MMIO window lies: in the hole below 4 GiB, as a PC's devices do. */
  public static final long MMIO_BASE = 0xfeb0_0000L;

  /** The number of the PCI device. */
  public static final int PCI_DEVICE = 0;

  /** Plugs a device in. */
  public VirtioFunction plug(VirtioDevice device, Transport transport) {
    return switch (transport) {
      case MMIO -> map(new MmioTransport(memory, device, line, scheduler, costs));
      case MMIO_LEGACY -> map(new LegacyMmioTransport(memory, device, line, scheduler, costs));
      case PCI -> {
        bus.map(MessageInterrupts.BASE, MessageInterrupts.SIZE, messages);
        yield plug(new PciTransport(memory, device, bus, line, messages, scheduler, costs));
      }
      case PCI_INTX -> plug(new PciTransport(memory, device, bus, line, null, scheduler, costs));
    };
  }

  private VirtioFunction map(MmioRegisterMap registers) {
    bus.map(MMIO_BASE, MmioRegister.WINDOW_SIZE, registers);
    return registers.function();
  }

  private VirtioFunction plug(PciTransport configuration) {
    new PciHost(bus, PciAddressMap.DEFAULT).plug(PCI_DEVICE, configuration);
    return configuration.function();
  }
}
