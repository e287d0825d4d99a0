package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.MmioRegister.*;
import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.machine.CostModel;
import dev.ringside.machine.GuestMemory;
import dev.ringside.machine.InterruptOutput;
import dev.ringside.machine.Scheduler;
import dev.ringside.virtio.queue.QueueConfig;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.SplitLayout;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The virtio-mmio register map, version 1: the legacy interface (virtio 1.4, section 4.2.4). A
 * queue is one block of pages, enabled by its first page's number; there is no FEATURES_OK, no
 * configuration generation, and only the first 32 feature bits.
 */
public final class LegacyMmioTransport extends MmioRegisterMap {
  private static final long FIRST_WORD = 0xffff_ffffL;

  private long pageSize;
  private final long[] alignments;

  /**
   * The register map of one device.
   *
   * @param line raised for every notification
   */
  public LegacyMmioTransport(
      GuestMemory memory,
      VirtioDevice device,
      InterruptOutput line,
      Scheduler scheduler,
      CostModel costs) {
    super(LEGACY_VERSION, memory, device, line, scheduler, costs);
    this.alignments = new long[device.queueCount()];
  }

  @Override
  public long offer(long deviceFeatures) {
    // A legacy device has no zones (section 5.2.5.3).
    return (deviceFeatures & FIRST_WORD & ~Feature.BLK_ZONED.mask()) | Feature.ANY_LAYOUT.mask();
  }

  @Override
  public boolean isLegacy() {
    return true;
  }

  @Override
  int readOwn(int offset, int queueIndex) {
    if (offset == LEGACY_QUEUE_PFN && function().isEnabled(queueIndex)) {
      QueueConfig queue = function().queue(queueIndex);
      return queue == null ? 0 : (int) (queue.descriptorArea() / pageSize);
    }
    return 0; // write-only or no register at all
  }

  @Override
  void writeOwn(int offset, int value, int queueIndex) {
    QueueConfig queue = function().queue(queueIndex);
    switch (offset) {
      case LEGACY_GUEST_PAGE_SIZE -> {
        if (Integer.bitCount(value) == 1) {
          pageSize = Integer.toUnsignedLong(value);
        }
      }
      case LEGACY_QUEUE_ALIGN -> {
        if (queue != null && Integer.bitCount(value) == 1) {
          alignments[queueIndex] = Integer.toUnsignedLong(value);
        }
      }
      case LEGACY_QUEUE_PFN -> {
        if (value == 0) {
          function().disableQueue(queueIndex);
        } else if (queue != null && pageSize != 0 && alignments[queueIndex] != 0) {
          place(queue, Integer.toUnsignedLong(value) * pageSize, alignments[queueIndex]);
          function().enableQueue(queueIndex);
        }
      }
      default -> {
        // Read-only, or no register at all: ignored.
      }
    }
  }

  /** The three areas stand in one block (section 2.7.2). */
  private static void place(QueueConfig queue, long base, long alignment) {
    queue.setDescriptorArea(base);
    queue.setDriverArea(base + SplitLayout.descriptorTableBytes(queue.size()));
    queue.setDeviceArea(base + SplitLayout.legacyUsedRingOffset(queue.size(), alignment));
  }

  /** Behind what both versions have: {@code pageSize} and an alignment for each queue. */
  @Override
  public void save(DataOutput out) throws IOException {
    super.save(out);
    out.writeLong(pageSize);
    for (long alignment : alignments) {
      out.writeLong(alignment);
    }
  }

  @Override
  public void restore(DataInputStream in) throws IOException {
    super.restore(in);
    pageSize = readPowerOfTwo(in);
    for (int i = 0; i < alignments.length; i++) {
      alignments[i] = readPowerOfTwo(in);
      require(pageSize != 0 || !function().isEnabled(i), "a queue in pages without a size");
    }
  }

  /** Or 0, while the driver has not written one. */
  private static long readPowerOfTwo(DataInputStream in) throws IOException {
    long number = in.readLong();
    require(
        Long.bitCount(number) <= 1 && (number & FIRST_WORD) == number, "pages of %d bytes", number);
    return number;
  }

  @Override
  public void reset() {
    super.reset();
    Arrays.fill(alignments, 0);
  }
}
