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

  private final MmioWindow window;
  private final InterruptLine line;

  /** Registers at a guest-physical address where a probe found them. */
  LegacyMmioRegisters(Bus bus, long base, InterruptLine line) {
    this.window = new MmioWindow(bus, base);
    this.line = line;
    window.write(LEGACY_GUEST_PAGE_SIZE, PAGE_SIZE);
  }

  @Override
  public boolean isLegacy() {
    return true;
  }

  @Override
  public int deviceId() {
    return window.read(DEVICE_ID);
  }

  @Override
  public int status() {
    return window.read(STATUS);
  }

  @Override
  public void setStatus(int status) {
    window.write(STATUS, status);
  }

  @Override
  public long deviceFeatures() {
    window.write(DEVICE_FEATURES_SEL, 0);
    return window.read(DEVICE_FEATURES) & FIRST_WORD;
  }

  @Override
  public void setDriverFeatures(long features) {
    window.write(DRIVER_FEATURES_SEL, 0);
    window.write(DRIVER_FEATURES, (int) features);
  }

  @Override
  public int maxQueueSize(int queue) {
    window.write(QUEUE_SEL, queue);
    return window.read(QUEUE_SIZE_MAX);
  }

  @Override
  public boolean enableQueue(
      int queue, int size, long descriptorArea, long driverArea, long deviceArea) {
    window.write(QUEUE_SEL, queue);
    window.write(QUEUE_SIZE, size);
    window.write(LEGACY_QUEUE_ALIGN, RingAreas.ALIGNMENT);
    window.write(LEGACY_QUEUE_PFN, (int) (descriptorArea / PAGE_SIZE));
    return window.read(LEGACY_QUEUE_PFN) != 0;
  }

  /** There is no such thing on the legacy interface. */
  @Override
  public boolean resetQueue(int queue) {
    return false;
  }

  @Override
  public void notifyQueue(int queue, int position) {
    window.write(QUEUE_NOTIFY, queue);
  }

  @Override
  public InterruptLine line(int queue) {
    return line;
  }

  @Override
  public int acknowledgeInterrupt(int queue) {
    return window.acknowledgeInterrupt();
  }

  /** Several queues sleep on the lines of {@link SharedInterrupts}, and tasks of one on this. */
  @Override
  public void wake(int queue) {
    line.raise();
  }

  @Override
  public int readConfig(int offset, int width) {
    return window.readConfig(offset, width);
  }

  @Override
  public void setConfig8(int offset, int value) {
    window.writeConfig8(offset, value);
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
