package dev.ringside.driver;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;

/** The registers that both versions of the virtio-mmio map have alike (virtio 1.4, section 4.2). */
final class MmioWindow {
  private final Bus bus;
  private final long base;

  /** Registers at a guest-physical address. */
  MmioWindow(Bus bus, long base) {
    this.bus = bus;
    this.base = base;
  }

  int read(int register) {
    return bus.read32(base + register);
  }

  void write(int register, int value) {
    bus.write32(base + register, value);
  }

  /** Takes the reasons for which the device raised its interrupt, as bits. */
  int acknowledgeInterrupt() {
    int reasons = read(INTERRUPT_STATUS);
    if (reasons != 0) {
      write(INTERRUPT_ACK, reasons);
    }
    return reasons;
  }

  int readConfig(int offset, int width) {
    return (int) bus.read(base + CONFIG + offset, width);
  }

  void writeConfig8(int offset, int value) {
    bus.write(base + CONFIG + offset, Byte.BYTES, value);
  }
}
