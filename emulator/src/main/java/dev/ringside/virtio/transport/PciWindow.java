package dev.ringside.virtio.transport;

import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.PciCommonConfig;

/**
 * The window in which a device's structures lie (virtio 1.4, section 4.1.4):
 *
 * <pre>
 *   0x0000  common configuration
 *   0x1000  ISR status
 *   0x2000  device configuration
 *   0x3000  notification addresses, four bytes for each queue
 * </pre>
 */
final class PciWindow implements RegisterWindow {
  static final int COMMON = 0x0000;
  static final int ISR = 0x1000;
  static final int DEVICE = 0x2000;
  static final int NOTIFY = 0x3000;

  /** Bytes between two queues' notification addresses, as wide as a notification can be. */
  static final int NOTIFY_MULTIPLIER = Integer.BYTES;

  private static final int NOTIFIED_QUEUE = 0xffff;

  private final VirtioFunction function;
  private final PciCommonRegisters common;
  private final InterruptStatus interrupts;
  private final Scheduler scheduler;
  private final long kickNs;

  PciWindow(
      VirtioFunction function,
      PciCommonRegisters common,
      InterruptStatus interrupts,
      Scheduler scheduler,
      long kickNs) {
    this.function = function;
    this.common = common;
    this.interrupts = interrupts;
    this.scheduler = scheduler;
    this.kickNs = kickNs;
  }

  /** Size of the window: a power of two that holds everything. */
  static long size(int queues) {
    long end = NOTIFY + (long) NOTIFY_MULTIPLIER * queues;
    return Long.highestOneBit(end - 1) << 1;
  }

  @Override
  public long read(long offset, int width) {
    if (offset < ISR) {
      return common.read(offset, width);
    }
    if (offset < DEVICE) {
      // Reading takes the interrupt back (section 4.1.4.5.1).
      return offset == ISR ? interrupts.take() : 0;
    }
    return offset < NOTIFY ? function.readConfig(offset - DEVICE, width) : 0;
  }

  @Override
  public void write(long offset, int width, long value) {
    if (offset >= NOTIFY) {
      notifyQueue(width, (int) value);
    } else if (offset >= DEVICE) {
      function.writeConfig(offset - DEVICE, width, value);
    } else if (offset < PciCommonConfig.SIZE) {
      common.write(offset, width, value);
    }
  }

  /**
   * What is written names the queue, wherever it is written (section 4.1.5.2): 16 bits, or 32 with
   * NOTIFICATION_DATA, of which the position is not needed.
   */
  private void notifyQueue(int width, int value) {
    int notified = value & NOTIFIED_QUEUE;
    if (width != (function.agreed(Feature.NOTIFICATION_DATA) ? Integer.BYTES : Short.BYTES)) {
      return;
    }
    if (function.agreed(Feature.NOTIF_CONFIG_DATA)) {
      // A bare number becomes one that no queue has.
      notified ^= PciCommonRegisters.NOTIFY_DATA_MARK;
    }
    scheduler.spend(kickNs);
    function.notifyQueue(notified);
  }
}
