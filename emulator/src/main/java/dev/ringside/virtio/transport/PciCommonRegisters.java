package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.PciCommonConfig.*;

import dev.ringside.machine.RegisterWindow;
import dev.ringside.virtio.queue.QueueConfig;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The common configuration structure (virtio 1.4, section 4.1.4.3). A field is accessed at its
 * offset with its width, a 64-bit one also by halves; another access reads as zero and writes
 * nothing.
 */
final class PciCommonRegisters implements RegisterWindow {
  /**
   * A notification with NOTIF_CONFIG_DATA carries the queue's number with this bit set, so that a
   * driver that goes on sending the bare number does not get through. Queues are fewer than this.
   */
  static final int NOTIFY_DATA_MARK = 0x8000;

  private static final long WORD = 0xffff_ffffL;

  private final VirtioFunction function;
  private final PciVectors vectors;
  private int deviceFeaturesWord;
  private int driverFeaturesWord;
  private int selectedQueue;

  PciCommonRegisters(VirtioFunction function, PciVectors vectors) {
    this.function = function;
    this.vectors = vectors;
  }

  /** The three selectors. */
  void save(DataOutput out) throws IOException {
    out.writeInt(deviceFeaturesWord);
    out.writeInt(driverFeaturesWord);
    out.writeInt(selectedQueue);
  }

  void restore(DataInput in) throws IOException {
    deviceFeaturesWord = in.readInt();
    driverFeaturesWord = in.readInt();
    selectedQueue = in.readInt();
  }

  void reset() {
    deviceFeaturesWord = 0;
    driverFeaturesWord = 0;
    selectedQueue = 0;
  }

  /** The width of the field that begins there, in bytes; 0 when none does. */
  private static int fieldWidth(long offset) {
    return switch ((int) Math.min(offset, SIZE)) {
      case DEVICE_STATUS, CONFIG_GENERATION -> Byte.BYTES;
      case CONFIG_MSIX_VECTOR,
          NUM_QUEUES,
          QUEUE_SELECT,
          QUEUE_SIZE,
          QUEUE_MSIX_VECTOR,
          QUEUE_ENABLE,
          QUEUE_NOTIFY_OFF,
          QUEUE_NOTIF_CONFIG_DATA,
          QUEUE_RESET ->
          Short.BYTES;
      case DEVICE_FEATURE_SELECT,
          DEVICE_FEATURE,
          DRIVER_FEATURE_SELECT,
          DRIVER_FEATURE,
          QUEUE_DESC,
          QUEUE_DESC + Integer.BYTES,
          QUEUE_DRIVER,
          QUEUE_DRIVER + Integer.BYTES,
          QUEUE_DEVICE,
          QUEUE_DEVICE + Integer.BYTES ->
          Integer.BYTES;
      default -> 0;
    };
  }

  private static boolean isWideField(long offset) {
    return offset == QUEUE_DESC || offset == QUEUE_DRIVER || offset == QUEUE_DEVICE;
  }

  @Override
  public long read(long offset, int width) {
    if (width == Long.BYTES && isWideField(offset)) {
      return read(offset, Integer.BYTES)
          | read(offset + Integer.BYTES, Integer.BYTES) << Integer.SIZE;
    }
    return width == fieldWidth(offset) ? readField((int) offset) & WORD : 0;
  }

  private int readField(int offset) {
    return switch (offset) {
      case DEVICE_FEATURE_SELECT -> deviceFeaturesWord;
      case DEVICE_FEATURE -> function.deviceFeatures(deviceFeaturesWord);
      case DRIVER_FEATURE_SELECT -> driverFeaturesWord;
      case DRIVER_FEATURE -> function.driverFeatures(driverFeaturesWord);
      case CONFIG_MSIX_VECTOR -> vectors.get(vectors.config());
      case NUM_QUEUES -> function.queueCount();
      case DEVICE_STATUS -> function.status();
      case CONFIG_GENERATION -> function.configGeneration() & 0xff;
      case QUEUE_SELECT -> selectedQueue;
      default -> readQueueField(offset, function.queue(selectedQueue));
    };
  }

  private int readQueueField(int offset, @Nullable QueueConfig queue) {
    if (queue == null) {
      return offset == QUEUE_MSIX_VECTOR ? NO_VECTOR : 0;
    }
    return switch (offset) {
      case QUEUE_SIZE -> queue.size();
      case QUEUE_MSIX_VECTOR -> vectors.get(selectedQueue);
      case QUEUE_ENABLE -> function.isEnabled(selectedQueue) ? 1 : 0;
      case QUEUE_NOTIFY_OFF -> selectedQueue;
      case QUEUE_DESC -> (int) queue.descriptorArea();
      case QUEUE_DESC + Integer.BYTES -> (int) (queue.descriptorArea() >>> Integer.SIZE);
      case QUEUE_DRIVER -> (int) queue.driverArea();
      case QUEUE_DRIVER + Integer.BYTES -> (int) (queue.driverArea() >>> Integer.SIZE);
      case QUEUE_DEVICE -> (int) queue.deviceArea();
      case QUEUE_DEVICE + Integer.BYTES -> (int) (queue.deviceArea() >>> Integer.SIZE);
      case QUEUE_NOTIF_CONFIG_DATA -> selectedQueue | NOTIFY_DATA_MARK;
      case QUEUE_RESET -> function.isResetting(selectedQueue) ? 1 : 0;
      default -> 0;
    };
  }

  @Override
  public void write(long offset, int width, long value) {
    if (width == Long.BYTES && isWideField(offset)) {
      write(offset, Integer.BYTES, value & WORD);
      write(offset + Integer.BYTES, Integer.BYTES, value >>> Integer.SIZE);
    } else if (width == fieldWidth(offset)) {
      long mask = -1L >>> (Long.SIZE - width * Byte.SIZE);
      writeField((int) offset, (int) (value & mask));
    }
  }

  private void writeField(int offset, int value) {
    switch (offset) {
      case DEVICE_FEATURE_SELECT -> deviceFeaturesWord = value;
      case DRIVER_FEATURE_SELECT -> driverFeaturesWord = value;
      case DRIVER_FEATURE -> function.writeDriverFeatures(driverFeaturesWord, value);
      case CONFIG_MSIX_VECTOR -> vectors.map(vectors.config(), value);
      case DEVICE_STATUS -> function.writeStatus(value);
      case QUEUE_SELECT -> selectedQueue = value;
      default -> {
        QueueConfig queue = function.queue(selectedQueue);
        if (queue != null) {
          writeQueueField(offset, value, queue);
        }
      }
    }
  }

  private void writeQueueField(int offset, int value, QueueConfig queue) {
    switch (offset) {
      case QUEUE_SIZE -> queue.setSize(value);
      case QUEUE_MSIX_VECTOR -> vectors.map(selectedQueue, value);
      case QUEUE_ENABLE -> {
        // Only 1 counts: a driver must not write 0 (section 4.1.4.3.2).
        if (value == 1) {
          function.enableQueue(selectedQueue);
        }
      }
      case QUEUE_RESET -> {
        if (value == 1) {
          function.resetQueue(selectedQueue);
        }
      }
      default -> writeArea(offset, value, queue);
    }
  }

  private static void writeArea(int offset, int value, QueueConfig queue) {
    switch (offset) {
      case QUEUE_DESC -> queue.setDescriptorArea(AddressHalf.LOW.in(queue.descriptorArea(), value));
      case QUEUE_DESC + Integer.BYTES ->
          queue.setDescriptorArea(AddressHalf.HIGH.in(queue.descriptorArea(), value));
      case QUEUE_DRIVER -> queue.setDriverArea(AddressHalf.LOW.in(queue.driverArea(), value));
      case QUEUE_DRIVER + Integer.BYTES ->
          queue.setDriverArea(AddressHalf.HIGH.in(queue.driverArea(), value));
      case QUEUE_DEVICE -> queue.setDeviceArea(AddressHalf.LOW.in(queue.deviceArea(), value));
      case QUEUE_DEVICE + Integer.BYTES ->
          queue.setDeviceArea(AddressHalf.HIGH.in(queue.deviceArea(), value));
      default -> {
        // Read-only, or no field at all: ignored.
      }
    }
  }
}
