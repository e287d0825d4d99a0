package dev.ringside.driver;

import static dev.ringside.machine.pci.PciHeader.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.pci.PciAddressMap;
import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.PciCapability;
import org.jspecify.annotations.Nullable;

/** Looks for a virtio block device on a PCI bus (virtio 1.4, sections 4.1.1 and 4.1.2). */
public final class PciProbe {
  private static final int BLOCK_DEVICE = PciCapability.MODERN_DEVICE + DeviceId.BLOCK;

  private PciProbe() {}

  /**
   * Finds the first block device, places its windows and brings it up.
   *
   * @param map where PCI is
   * @param messages takes message-signalled interrupts; null uses the device's pin
   * @throws BlockDeviceException when there is no block device, or it does not work with this
   *     driver
   */
  public static VirtioBlkDriver probe(
      Bus bus,
      PciAddressMap map,
      @Nullable MessageInterrupts messages,
      Guest guest,
      DriverSettings settings) {
    return Initialization.start(registers(bus, map, messages, guest), guest, settings);
  }

  /** Places the windows of the first block device; what it runs at the time goes on. */
  static PciRegisters registers(
      Bus bus, PciAddressMap map, @Nullable MessageInterrupts messages, Guest guest) {
    long configuration = find(bus, map);
    command(bus, configuration, 0);
    PciWindows windows = new PciWindows(bus, configuration, map.memory(), map.memorySize());
    command(bus, configuration, COMMAND_MEMORY | COMMAND_BUS_MASTER);
    PciRegisters registers =
        new PciRegisters(
            bus,
            guest.scheduler(),
            new PciCapabilities(bus, configuration, windows),
            guest.interrupts(),
            messages);
    if (registers.usesMessages()) {
      command(bus, configuration, COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE);
    }
    return registers;
  }

  private static void command(Bus bus, long configuration, int value) {
    bus.write(configuration + COMMAND, Short.BYTES, value);
  }

  private static long find(Bus bus, PciAddressMap map) {
    for (int device = 0; device < PciAddressMap.DEVICES; device++) {
      long first = map.function(device, 0);
      if (read16(bus, first + VENDOR) == NO_VENDOR) {
        continue;
      }
      boolean several = (bus.read(first + HEADER_TYPE, Byte.BYTES) & MULTI_FUNCTION) != 0;
      for (int i = 0; i < (several ? PciAddressMap.FUNCTIONS : 1); i++) {
        if (isBlockDevice(bus, map.function(device, i))) {
          return map.function(device, i);
        }
      }
    }
    throw new BlockDeviceException(
        "no virtio block device on the PCI bus at 0x%x".formatted(map.ecam()));
  }

  private static boolean isBlockDevice(Bus bus, long configuration) {
    return read16(bus, configuration + VENDOR) == PciCapability.VIRTIO_VENDOR
        && read16(bus, configuration + DEVICE) == BLOCK_DEVICE
        && (bus.read(configuration + HEADER_TYPE, Byte.BYTES) & ~MULTI_FUNCTION) == 0;
  }

  private static int read16(Bus bus, long address) {
    return (int) bus.read(address, Short.BYTES);
  }
}
