package dev.ringside.driver;

import static dev.ringside.virtio.spec.PciCommonConfig.*;

import dev.ringside.machine.Bus;
import dev.ringside.machine.InterruptLine;
import dev.ringside.machine.MessageInterrupts;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.DeviceId;
import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A device behind virtio-pci, its modern interface (virtio 1.4, section 4.1). */
final class PciRegisters implements DeviceRegisters {
  /** What the common configuration must hold for these features. */
  private static final long LATE_FIELDS =
      Feature.setOf(Feature.NOTIF_CONFIG_DATA, Feature.RING_RESET);

  private static final int LATE_FIELDS_END = QUEUE_RESET + Short.BYTES;

  private final Bus bus;
  private final DeviceWait wait;
  private final PciCapabilities.Structure common;
  private final PciCapabilities.Structure device;
  private final PciCapabilities.Structure notifications;
  private final long notifyMultiplier;
  private final long isr;
  private final InterruptLine pin;
  private final @Nullable PciInterrupts messages;

  /** Where each queue is notified; 0 until it is enabled. */
  private final long[] notifyAddresses;

  /** What names each queue in its notification. */
  private final int[] notifyData;

  /** Queues that no message announces anything of. */
  private final BitSet silent = new BitSet();

  private boolean notificationData;
  private boolean notifyConfigData;

  /**
   * Registers of a function that decodes its windows and is a bus master.
   *
   * @param pin what it raises without MSI-X
   * @param controller takes its messages; null when they are not to be used
   * @throws BlockDeviceException when a structure is missing
   */
  PciRegisters(
      Bus bus,
      Scheduler scheduler,
      PciCapabilities capabilities,
      InterruptLine pin,
      @Nullable MessageInterrupts controller) {
    this.bus = bus;
    this.wait = new DeviceWait(scheduler);
    this.common = capabilities.common();
    this.device = capabilities.device();
    this.notifications = capabilities.notifications();
    this.notifyMultiplier = capabilities.notifyMultiplier();
    this.isr = capabilities.isr().address();
    this.pin = pin;
    if (common.length() < QUEUE_NOTIF_CONFIG_DATA) {
      throw new BlockDeviceException(
          "the common configuration has %d bytes".formatted(common.length()));
    }
    int queues = read16(NUM_QUEUES);
    this.notifyAddresses = new long[queues];
    this.notifyData = new int[queues];
    PciCapabilities.Msix msix = capabilities.msix();
    this.messages =
        controller == null
                || msix == null
                || msix.vectors() < PciInterrupts.MIN_VECTORS
                || queues == 0
            ? null
            : new PciInterrupts(bus, scheduler, msix, controller, queues);
  }

  /** Whether the device sends messages; otherwise it raises its pin. */
  boolean usesMessages() {
    return messages != null;
  }

  private int read16(int field) {
    return (int) bus.read(common.address() + field, Short.BYTES);
  }

  private void write16(int field, int value) {
    bus.write(common.address() + field, Short.BYTES, value);
  }

  private int read32(int field) {
    return bus.read32(common.address() + field);
  }

  private void write32(int field, int value) {
    bus.write32(common.address() + field, value);
  }

  private void write64(int field, long value) {
    write32(field, (int) value);
    write32(field + Integer.BYTES, (int) (value >>> Integer.SIZE));
  }

  @Override
  public boolean isLegacy() {
    return false;
  }

  /** The probe found it by its type. */
  @Override
  public int deviceId() {
    return DeviceId.BLOCK;
  }

  @Override
  public int status() {
    return (int) bus.read(common.address() + DEVICE_STATUS, Byte.BYTES);
  }

  /** A reset takes its time, and the driver waits for it (section 4.1.4.3.2). */
  @Override
  public void setStatus(int status) {
    bus.write(common.address() + DEVICE_STATUS, Byte.BYTES, status);
    if (status != DeviceStatus.RESET) {
      return;
    }
    wait.until(() -> status() == DeviceStatus.RESET, "reset");
    if (messages != null) {
      write16(CONFIG_MSIX_VECTOR, messages.configVector());
      if (read16(CONFIG_MSIX_VECTOR) != messages.configVector()) {
        throw new BlockDeviceException("the device has no vector for its configuration");
      }
    }
  }

  @Override
  public long deviceFeatures() {
    write32(DEVICE_FEATURE_SELECT, 0);
    long low = read32(DEVICE_FEATURE) & 0xffff_ffffL;
    write32(DEVICE_FEATURE_SELECT, 1);
    long offered = low | ((long) read32(DEVICE_FEATURE) << Integer.SIZE);
    return common.length() < LATE_FIELDS_END ? offered & ~LATE_FIELDS : offered;
  }

  @Override
  public void setDriverFeatures(long features) {
    write32(DRIVER_FEATURE_SELECT, 0);
    write32(DRIVER_FEATURE, (int) features);
    write32(DRIVER_FEATURE_SELECT, 1);
    write32(DRIVER_FEATURE, (int) (features >>> Integer.SIZE));
    notificationData = Feature.NOTIFICATION_DATA.isIn(features);
    notifyConfigData = Feature.NOTIF_CONFIG_DATA.isIn(features);
  }

  @Override
  public int maxQueueSize(int queue) {
    if (queue >= notifyAddresses.length) {
      return 0;
    }
    write16(QUEUE_SELECT, queue);
    return read16(QUEUE_SIZE);
  }

  @Override
  public void useInterrupt(int queue, boolean used) {
    silent.set(queue, !used);
  }

  @Override
  public boolean enableQueue(
      int queue, int size, long descriptorArea, long driverArea, long deviceArea) {
    write16(QUEUE_SELECT, queue);
    write16(QUEUE_SIZE, size);
    write64(QUEUE_DESC, descriptorArea);
    write64(QUEUE_DRIVER, driverArea);
    write64(QUEUE_DEVICE, deviceArea);
    if (messages != null) {
      int vector = silent.get(queue) ? NO_VECTOR : messages.vector(queue);
      write16(QUEUE_MSIX_VECTOR, vector);
      if (read16(QUEUE_MSIX_VECTOR) != vector) {
        return false;
      }
    }
    long offset = read16(QUEUE_NOTIFY_OFF) * notifyMultiplier;
    if (offset > notifications.length() - notificationBytes()) {
      return false;
    }
    notifyAddresses[queue] = notifications.address() + offset;
    notifyData[queue] = notifyConfigData ? read16(QUEUE_NOTIF_CONFIG_DATA) : queue;
    write16(QUEUE_ENABLE, 1);
    return read16(QUEUE_ENABLE) == 1;
  }

  private int notificationBytes() {
    return notificationData ? Integer.BYTES : Short.BYTES;
  }

  @Override
  public boolean resetQueue(int queue) {
    write16(QUEUE_SELECT, queue);
    write16(QUEUE_RESET, 1);
    wait.until(() -> read16(QUEUE_RESET) == 0, "reset its queue");
    return read16(QUEUE_ENABLE) == 0;
  }

  @Override
  public void notifyQueue(int queue, int position) {
    if (notificationData) {
      bus.write32(notifyAddresses[queue], notifyData[queue] | position << Short.SIZE);
    } else {
      bus.write(notifyAddresses[queue], Short.BYTES, notifyData[queue]);
    }
  }

  @Override
  public InterruptLine line(int queue) {
    return messages == null ? pin : messages.queue(queue);
  }

  /** The bits of the ISR status are those of MMIO's InterruptStatus; reading clears them. */
  @Override
  public int acknowledgeInterrupt(int queue) {
    return messages == null ? (int) bus.read(isr, Byte.BYTES) : messages.queue(queue).takeReasons();
  }

  /** With the pin alone, several queues sleep on the lines of {@link SharedInterrupts}. */
  @Override
  public void wake(int queue) {
    if (messages == null) {
      line(queue).raise();
    } else {
      messages.queue(queue).configChanged();
    }
  }

  /** A structure may be shorter than the fields that the driver knows; these read as zero. */
  @Override
  public int readConfig(int offset, int width) {
    return offset + width <= device.length() ? (int) bus.read(device.address() + offset, width) : 0;
  }

  @Override
  public void setConfig8(int offset, int value) {
    if (offset < device.length()) {
      bus.write(device.address() + offset, Byte.BYTES, value);
    }
  }

  @Override
  public int configGeneration() {
    return (int) bus.read(common.address() + CONFIG_GENERATION, Byte.BYTES);
  }
}
