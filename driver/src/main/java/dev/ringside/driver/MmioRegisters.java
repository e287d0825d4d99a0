package dev.ringside.driver;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;

/** A device behind the virtio-mmio register map, version 2 (virtio 1.4, section 4.2.2). */
final class MmioRegisters implements DeviceRegisters {
  private final Bus bus;
  private final long base;
  private final InterruptLine line;
  private final DeviceWait wait;
  private boolean notificationData;

  /** Registers at a guest-physical address where a probe found them. */
  MmioRegisters(Bus bus, long base, InterruptLine line, Scheduler scheduler) {
    this.bus = bus;
    this.base = base;
    this.line = line;
    this.wait = new DeviceWait(scheduler);
  }

  private int read(int register) {
    return bus.read32(base + register);
  }

  private void write(int register, int value) {
    bus.write32(base + register, value);
  }

  @Override
  public boolean isLegacy() {
    return false;
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
    if (status == DeviceStatus.RESET) {
      wait.until(() -> status() == DeviceStatus.RESET, "reset");
    }
  }

  @Override
  public long deviceFeatures() {
    write(DEVICE_FEATURES_SEL, 0);
    long low = read(DEVICE_FEATURES) & 0xffff_ffffL;
    write(DEVICE_FEATURES_SEL, 1);
    long offered = low | ((long) read(DEVICE_FEATURES) << Integer.SIZE);
    // Only PCI has a field for the data.
    return offered & ~Feature.NOTIF_CONFIG_DATA.mask();
  }

  @Override
  public void setDriverFeatures(long features) {
    write(DRIVER_FEATURES_SEL, 0);
    write(DRIVER_FEATURES, (int) features);
    write(DRIVER_FEATURES_SEL, 1);
    write(DRIVER_FEATURES, (int) (features >>> Integer.SIZE));
    notificationData = Feature.NOTIFICATION_DATA.isIn(features);
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
    write(QUEUE_DESC_LOW, (int) descriptorArea);
    write(QUEUE_DESC_HIGH, (int) (descriptorArea >>> Integer.SIZE));
    write(QUEUE_DRIVER_LOW, (int) driverArea);
    write(QUEUE_DRIVER_HIGH, (int) (driverArea >>> Integer.SIZE));
    write(QUEUE_DEVICE_LOW, (int) deviceArea);
    write(QUEUE_DEVICE_HIGH, (int) (deviceArea >>> Integer.SIZE));
    write(QUEUE_READY, 1);
    return read(QUEUE_READY) == 1;
  }

  @Override
  public boolean resetQueue(int queue) {
    write(QUEUE_SEL, queue);
    write(QUEUE_RESET, 1);
    wait.until(() -> read(QUEUE_RESET) == 0, "reset its queue");
    return read(QUEUE_READY) == 0;
  }

  @Override
  public void notifyQueue(int queue, int position) {
    write(QUEUE_NOTIFY, notificationData ? queue | position << Short.SIZE : queue);
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

  @Override
  public int configGeneration() {
    return read(CONFIG_GENERATION);
  }
}
