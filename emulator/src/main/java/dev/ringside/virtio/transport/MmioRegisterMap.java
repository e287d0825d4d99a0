package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.Cost;
import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.RegisterWindow;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.Feature;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The registers that both versions of virtio-mmio have (virtio 1.4, sections 4.2.2 and 4.2.4), over
 * a {@link VirtioFunction}.
 *
 * <p>Control registers are 32 bits wide and aligned; another access reads as zero and writes
 * nothing. The configuration space takes any width. A notification costs {@link Cost#KICK}, charged
 * to the guest's task, which on real hardware waits for the exit.
 */
abstract sealed class MmioRegisterMap implements RegisterWindow, FunctionTransport
    permits MmioTransport, LegacyMmioTransport {
  /** An identifier of the subsystem vendor: "RING" in little-endian. */
  private static final int VENDOR = 0x474e_4952;

  /** The virtqueue's number in a notification with NOTIFICATION_DATA (section 2.9). */
  private static final int NOTIFIED_QUEUE = 0xffff;

  private final VirtioFunction function;
  private final int version;
  private final InterruptStatus interrupts;
  private final Scheduler scheduler;
  private final long kickNs;
  private int deviceFeaturesWord;
  private int driverFeaturesWord;
  private int selectedQueue;

  MmioRegisterMap(
      int version,
      GuestMemory memory,
      VirtioDevice device,
      InterruptOutput line,
      Scheduler scheduler,
      CostModel costs) {
    this.version = version;
    this.interrupts = new InterruptStatus(line);
    this.scheduler = scheduler;
    this.kickNs = costs.of(Cost.KICK);
    this.function = new VirtioFunction(memory, device, this);
  }

  /** The device behind these registers. */
  public VirtioFunction function() {
    return function;
  }

  /** Whether there is a reason for an interrupt that the driver has not acknowledged. */
  boolean isInterrupting() {
    return interrupts.get() != 0;
  }

  /** Reads a register that only one version has, or 0. */
  abstract int readOwn(int offset, int queueIndex);

  /** Writes a register of the selected queue, or one that only one version has. */
  abstract void writeOwn(int offset, int value, int queueIndex);

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
    return switch (offset) {
      case MAGIC_VALUE -> MAGIC;
      case VERSION_NUMBER -> version;
      case DEVICE_ID -> function.deviceId();
      case VENDOR_ID -> VENDOR;
      case DEVICE_FEATURES -> function.deviceFeatures(deviceFeaturesWord);
      case QUEUE_SIZE_MAX -> {
        QueueConfig queue = function.queue(selectedQueue);
        yield queue == null ? 0 : queue.maxSize();
      }
      case INTERRUPT_STATUS -> interrupts.get();
      case STATUS -> function.status();
      default -> readOwn(offset, selectedQueue);
    };
  }

  private void writeRegister(int offset, int value) {
    switch (offset) {
      case DEVICE_FEATURES_SEL -> deviceFeaturesWord = value;
      case DRIVER_FEATURES_SEL -> driverFeaturesWord = value;
      case DRIVER_FEATURES -> function.writeDriverFeatures(driverFeaturesWord, value);
      case QUEUE_SEL -> selectedQueue = value;
      case QUEUE_SIZE -> {
        QueueConfig queue = function.queue(selectedQueue);
        if (queue != null) {
          queue.setSize(value);
        }
      }
      case QUEUE_NOTIFY -> {
        scheduler.spend(kickNs);
        function.notifyQueue(
            function.agreed(Feature.NOTIFICATION_DATA) ? value & NOTIFIED_QUEUE : value);
      }
      case INTERRUPT_ACK -> interrupts.acknowledge(value);
      case STATUS -> function.writeStatus(value);
      default -> writeOwn(offset, value, selectedQueue);
    }
  }

  @Override
  public void usedBuffers(int queue) {
    interrupts.add(INTERRUPT_USED);
    interrupts.raise();
  }

  @Override
  public void configChange() {
    interrupts.add(INTERRUPT_CONFIG);
    interrupts.raise();
  }

  @Override
  public void queueReset(int queue) {}

  /**
   * Selectors first, then the reasons of an interrupt:
   *
   * <pre>
   *   | kind (UTF) | deviceFeaturesWord | driverFeaturesWord | selectedQueue | interrupt status |
   * </pre>
   */
  @Override
  public void save(DataOutput out) throws IOException {
    out.writeUTF(kind());
    out.writeInt(deviceFeaturesWord);
    out.writeInt(driverFeaturesWord);
    out.writeInt(selectedQueue);
    interrupts.save(out);
  }

  @Override
  public void restore(DataInputStream in) throws IOException {
    String saved = in.readUTF();
    require(saved.equals(kind()), "behind %s, and this device is behind %s", saved, kind());
    deviceFeaturesWord = in.readInt();
    driverFeaturesWord = in.readInt();
    selectedQueue = in.readInt();
    interrupts.restore(in, INTERRUPT_USED | INTERRUPT_CONFIG);
    if (interrupts.get() != 0) {
      interrupts.raise();
    }
  }

  private String kind() {
    return "virtio-mmio " + version;
  }

  @Override
  public void reset() {
    interrupts.take();
    deviceFeaturesWord = 0;
    driverFeaturesWord = 0;
    selectedQueue = 0;
  }
}
