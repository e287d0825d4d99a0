package dev.ringside.driver;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;
import dev.ringside.virtio.spec.DeviceId;

/**
 * Looks for a virtio block device behind an MMIO register window, version 2 or the legacy version 1
 * (virtio 1.4, sections 4.2.3.1 and 4.2.4).
 */
public final class MmioProbe {
  private MmioProbe() {}

  /**
   * Brings a block device up.
   *
   * @param base guest-physical address of the register window
   * @throws BlockDeviceException when there is no block device, or it does not work with this
   *     driver
   */
  public static VirtioBlkDriver probe(Bus bus, long base, Guest guest, DriverSettings settings) {
    expect("magic value", MAGIC, bus.read32(base + MAGIC_VALUE), base);
    int version = bus.read32(base + VERSION_NUMBER);
    if (version != LEGACY_VERSION) {
      expect("version", VERSION, version, base);
    }
    expect("device type", DeviceId.BLOCK, bus.read32(base + DEVICE_ID), base);
    DeviceRegisters registers =
        version == LEGACY_VERSION
            ? new LegacyMmioRegisters(bus, base, guest.interrupts())
            : new MmioRegisters(bus, base, guest.interrupts(), guest.scheduler());
    return Initialization.start(registers, guest, settings);
  }

  private static void expect(String what, int expected, int found, long base) {
    if (found != expected) {
      throw new BlockDeviceException(
          "no virtio block device at 0x%x: %s is 0x%x, not 0x%x"
              .formatted(base, what, found, expected));
    }
  }
}
