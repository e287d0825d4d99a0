package dev.ringside.driver;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;

/** A device behind the virtio-mmio register map, version 2 (virtio 1.4, section 4.2.2). */
final class MmioRegisters implements DeviceRegisters {
  private final MmioWindow window;
  private final InterruptLine line;
  private final DeviceWait wait;
  private boolean notificationData;

  /** Registers at a guest-physical address where a probe found them. */
  MmioRegisters(Bus bus, long base, InterruptLine line, Scheduler scheduler) {
    this.window = new MmioWindow(bus, base);
    this.line = line;
    this.wait = new DeviceWait(scheduler);
  }

  @Override
  public boolean isLegacy() {
    return false;
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
    if (status == DeviceStatus.RESET) {
      wait.until(() -> status() == DeviceStatus.RESET, "reset");
    }
  }

  @Override
  public long deviceFeatures() {
    window.write(DEVICE_FEATURES_SEL, 0);
    long low = window.read(DEVICE_FEATURES) & 0xffff_ffffL;
    window.write(DEVICE_FEATURES_SEL, 1);
    long offered = low | ((long) window.read(DEVICE_FEATURES) << Integer.SIZE);
    // Only PCI has a field for the data.
    return offered & ~Feature.NOTIF_CONFIG_DATA.mask();
  }

  @Override
  public void setDriverFeatures(long features) {
    window.write(DRIVER_FEATURES_SEL, 0);
    window.write(DRIVER_FEATURES, (int) features);
    window.write(DRIVER_FEATURES_SEL, 1);
    window.write(DRIVER_FEATURES, (int) (features >>> Integer.SIZE));
    notificationData = Feature.NOTIFICATION_DATA.isIn(features);
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
    window.write(QUEUE_DESC_LOW, (int) descriptorArea);
    window.write(QUEUE_DESC_HIGH, (int) (descriptorArea >>> Integer.SIZE));
    window.write(QUEUE_DRIVER_LOW, (int) driverArea);
    window.write(QUEUE_DRIVER_HIGH, (int) (driverArea >>> Integer.SIZE));
    window.write(QUEUE_DEVICE_LOW, (int) deviceArea);
    window.write(QUEUE_DEVICE_HIGH, (int) (deviceArea >>> Integer.SIZE));
    window.write(QUEUE_READY, 1);
    return window.read(QUEUE_READY) == 1;
  }

  @Override
  public boolean resetQueue(int queue) {
    window.write(QUEUE_SEL, queue);
    window.write(QUEUE_RESET, 1);
    wait.until(() -> window.read(QUEUE_RESET) == 0, "reset its queue");
    return window.read(QUEUE_READY) == 0;
  }

  @Override
  public void notifyQueue(int queue, int position) {
    window.write(QUEUE_NOTIFY, notificationData ? queue | position << Short.SIZE : queue);
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

  @Override
  public int configGeneration() {
    return window.read(CONFIG_GENERATION);
  }
}
