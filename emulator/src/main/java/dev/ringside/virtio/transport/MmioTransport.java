package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.queue.QueueConfig;
import org.jspecify.annotations.Nullable;

/**
 * The virtio-mmio register map, version 2 (virtio 1.4, section 4.2.2), over a {@link
 * VirtioFunction}.
 *
 * <p>Control registers are 32 bits wide and aligned; another access reads as zero and writes
 * nothing. The configuration space takes any width. A notification costs {@link CostModel#kickNs},
 * charged to the guest's task, which on real hardware waits for the exit.
 */
public final class MmioTransport implements RegisterWindow {
  /** An identifier of the subsystem vendor: "RING" in little-endian. */
  private static final int VENDOR = 0x474e_4952;

  private static final int NO_REGION = -1;

  private final VirtioFunction function;
  private final Scheduler scheduler;
  private final long kickNs;
  private int deviceFeaturesWord;
  private int driverFeaturesWord;
  private int selectedQueue;

  /** The register map of one device. */
  public MmioTransport(VirtioFunction function, Scheduler scheduler, CostModel costs) {
    this.function = function;
    this.scheduler = scheduler;
    this.kickNs = costs.kickNs();
  }

  @Override
  public long read(long offset, int width) {
    if (offset >= CONFIG) {
      return function.readConfig(offset - CONFIG, width);
    }
    return isRegister(offset, width) ? readRegister((int) offset) & 0xffff_ffffL : 0;
  }

  @Override
  public void write(long offset, int width, long value) {
    if (offset >= CONFIG) {
      function.writeConfig(offset - CONFIG, width, value);
    } else if (isRegister(offset, width)) {
      writeRegister((int) offset, (int) value);
    }
  }

  private static boolean isRegister(long offset, int width) {
    return width == Integer.BYTES && offset % Integer.BYTES == 0;
  }

  private int readRegister(int offset) {
    QueueConfig queue = function.queue(selectedQueue);
    return switch (offset) {
      case MAGIC_VALUE -> MAGIC;
      case VERSION_NUMBER -> VERSION;
      case DEVICE_ID -> function.deviceId();
      case VENDOR_ID -> VENDOR;
      case DEVICE_FEATURES -> function.deviceFeatures(deviceFeaturesWord);
      case QUEUE_SIZE_MAX -> queue == null ? 0 : queue.maxSize();
      case QUEUE_READY -> queue == null || queue.queue() == null ? 0 : 1;
      case INTERRUPT_STATUS -> function.interruptStatus();
      case STATUS -> function.status();
      case CONFIG_GENERATION -> function.configGeneration();
      case SHM_LEN_LOW, SHM_LEN_HIGH, SHM_BASE_LOW, SHM_BASE_HIGH -> NO_REGION;
      default -> 0; // write-only or no register at all
    };
  }

  private void writeRegister(int offset, int value) {
    switch (offset) {
      case DEVICE_FEATURES_SEL -> deviceFeaturesWord = value;
      case DRIVER_FEATURES_SEL -> driverFeaturesWord = value;
      case DRIVER_FEATURES -> function.writeDriverFeatures(driverFeaturesWord, value);
      case QUEUE_SEL -> selectedQueue = value;
      case QUEUE_NOTIFY -> {
        scheduler.spend(kickNs);
        function.notifyQueue(value);
      }
      case INTERRUPT_ACK -> function.acknowledgeInterrupt(value);
      case STATUS -> writeStatus(value);
      default -> writeQueueRegister(offset, value, function.queue(selectedQueue));
    }
  }

  private void writeStatus(int value) {
    function.writeStatus(value);
    if (value == 0) {
      deviceFeaturesWord = 0;
      driverFeaturesWord = 0;
      selectedQueue = 0;
    }
  }

  private void writeQueueRegister(int offset, int value, @Nullable QueueConfig queue) {
    if (queue == null) {
      return;
    }
    switch (offset) {
      case QUEUE_SIZE -> queue.setSize(value);
      case QUEUE_READY -> {
        // Only 1 enables; disabling takes a reset, of the device or of the queue.
        if (value == 1) {
          function.enableQueue(selectedQueue);
        }
      }
      case QUEUE_DESC_LOW -> queue.setDescriptorArea(withLow(queue.descriptorArea(), value));
      case QUEUE_DESC_HIGH -> queue.setDescriptorArea(withHigh(queue.descriptorArea(), value));
      case QUEUE_DRIVER_LOW -> queue.setDriverArea(withLow(queue.driverArea(), value));
      case QUEUE_DRIVER_HIGH -> queue.setDriverArea(withHigh(queue.driverArea(), value));
      case QUEUE_DEVICE_LOW -> queue.setDeviceArea(withLow(queue.deviceArea(), value));
      case QUEUE_DEVICE_HIGH -> queue.setDeviceArea(withHigh(queue.deviceArea(), value));
      default -> {
        // Read-only, or no register at all: ignored.
      }
    }
  }

  private static long withLow(long address, int low) {
    return (address & 0xffff_ffff_0000_0000L) | (low & 0xffff_ffffL);
  }

  private static long withHigh(long address, int high) {
    return (address & 0xffff_ffffL) | ((long) high << Integer.SIZE);
  }
}
