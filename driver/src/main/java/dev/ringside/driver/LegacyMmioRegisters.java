package dev.ringside.driver;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.InterruptLine;
import dev.ringside.virtio.spec.BlkConfigLayout;

/**
 * A device behind the virtio-mmio register map, version 1 (virtio 1.4, section 4.2.4): the legacy
 * interface. A queue is one block of pages ({@link RingAreas#contiguous}), and is told by its first
 * page's number.
 */
final class LegacyMmioRegisters implements DeviceRegisters {
  private static final int PAGE_SIZE = RingAreas.ALIGNMENT;
  private static final long FIRST_WORD = 0xffff_ffffL;

  private final Bus bus;
  private final long base;
  private final InterruptLine line;

  /** Registers at a guest-physical address where a probe found them. */
  LegacyMmioRegisters(Bus bus, long base, InterruptLine line) {
    this.bus = bus;
    this.base = base;
    this.line = line;
    write(LEGACY_GUEST_PAGE_SIZE, PAGE_SIZE);
  }

  private int read(int register) {
    return bus.read32(base + register);
  }

  private void write(int register, int value) {
    bus.write32(base + register, value);
  }

  @Override
  public boolean isLegacy() {
    return true;
  }

  @Override
  public int deviceId() {
    return read(DEVICE_ID);
  }

  @Override
  public int status() {
    return read(STATUS);
  }

  @Override
  public void setStatus(int status) {
    write(STATUS, status);
  }

  @Override
  public long deviceFeatures() {
    write(DEVICE_FEATURES_SEL, 0);
    return read(DEVICE_FEATURES) & FIRST_WORD;
  }

  @Override
  public void setDriverFeatures(long features) {
    write(DRIVER_FEATURES_SEL, 0);
    write(DRIVER_FEATURES, (int) features);
  }

  @Override
  public int maxQueueSize(int queue) {
    write(QUEUE_SEL, queue);
    return read(QUEUE_SIZE_MAX);
  }

  @Override
  public boolean enableQueue(
      int queue, int size, long descriptorArea, long driverArea, long deviceArea) {
    write(QUEUE_SEL, queue);
    write(QUEUE_SIZE, size);
    write(LEGACY_QUEUE_ALIGN, RingAreas.ALIGNMENT);
    write(LEGACY_QUEUE_PFN, (int) (descriptorArea / PAGE_SIZE));
    return read(LEGACY_QUEUE_PFN) != 0;
  }

  /** There is no such thing on the legacy interface. */
  @Override
  public boolean resetQueue(int queue) {
    return false;
  }

  @Override
  public void notifyQueue(int queue, int position) {
    write(QUEUE_NOTIFY, queue);
  }

  @Override
  public InterruptLine line(int queue) {
    return line;
  }

  @Override
  public int acknowledgeInterrupt(int queue) {
    int reasons = read(INTERRUPT_STATUS);
    if (reasons != 0) {
      write(INTERRUPT_ACK, reasons);
    }
    return reasons;
  }

  @Override
  public int config8(int offset) {
    return (int) bus.read(base + CONFIG + offset, Byte.BYTES);
  }

  @Override
  public int config16(int offset) {
    return (int) bus.read(base + CONFIG + offset, Short.BYTES);
  }

  @Override
  public void setConfig8(int offset, int value) {
    bus.write(base + CONFIG + offset, Byte.BYTES, value);
  }

  @Override
  public int config32(int offset) {
    return read(CONFIG + offset);
  }

  /**
   * The legacy interface has no generation: the field that is wider than a read stands for it, so
   * that reading goes on until two rounds agree (section 2.5.4).
   */
  @Override
  public int configGeneration() {
    int low = config32(BlkConfigLayout.CAPACITY);
    return 31 * config32(BlkConfigLayout.CAPACITY + Integer.BYTES) + low;
  }
}
