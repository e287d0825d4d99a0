package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.queue.QueueConfig;
import org.jspecify.annotations.Nullable;

/**
 * The virtio-mmio register map, version 2 (virtio 1.4, section 4.2.2). No device has a shared
 * memory region, so each reads as the absent one: all ones.
 */
public final class MmioTransport extends MmioRegisterMap {
  private static final int NO_REGION = -1;

  /**
   * The register map of one device.
   *
   * @param line raised for every notification
   */
  public MmioTransport(
      GuestMemory memory,
      VirtioDevice device,
      InterruptOutput line,
      Scheduler scheduler,
      CostModel costs) {
    super(VERSION, memory, device, line, scheduler, costs);
  }

  @Override
  public long offer(long deviceFeatures) {
    return deviceFeatures | COMMON_FEATURES;
  }

  @Override
  public boolean isLegacy() {
    return false;
  }

  @Override
  int readOwn(int offset, int queueIndex) {
    return switch (offset) {
      case QUEUE_READY -> function().isEnabled(queueIndex) ? 1 : 0;
      case QUEUE_RESET -> function().isResetting(queueIndex) ? 1 : 0;
      case CONFIG_GENERATION -> function().configGeneration();
      case SHM_LEN_LOW, SHM_LEN_HIGH, SHM_BASE_LOW, SHM_BASE_HIGH -> NO_REGION;
      default -> 0; // write-only or no register at all
    };
  }

  @Override
  void writeOwn(int offset, int value, int queueIndex) {
    switch (offset) {
      case QUEUE_READY -> {
        if (value == 1) {
          function().enableQueue(queueIndex);
        } else if (value == 0) {
          function().disableQueue(queueIndex);
        }
      }
      case QUEUE_RESET -> {
        if (value == 1) {
          function().resetQueue(queueIndex);
        }
      }
      default -> writeArea(offset, value, function().queue(queueIndex));
    }
  }

  private static void writeArea(int offset, int value, @Nullable QueueConfig queue) {
    if (queue == null) {
      return;
    }
    switch (offset) {
      case QUEUE_DESC_LOW ->
          queue.setDescriptorArea(AddressHalf.LOW.in(queue.descriptorArea(), value));
      case QUEUE_DESC_HIGH ->
          queue.setDescriptorArea(AddressHalf.HIGH.in(queue.descriptorArea(), value));
      case QUEUE_DRIVER_LOW -> queue.setDriverArea(AddressHalf.LOW.in(queue.driverArea(), value));
      case QUEUE_DRIVER_HIGH -> queue.setDriverArea(AddressHalf.HIGH.in(queue.driverArea(), value));
      case QUEUE_DEVICE_LOW -> queue.setDeviceArea(AddressHalf.LOW.in(queue.deviceArea(), value));
      case QUEUE_DEVICE_HIGH -> queue.setDeviceArea(AddressHalf.HIGH.in(queue.deviceArea(), value));
      default -> {
        // Read-only, or no register at all: ignored.
      }
    }
  }
}
