package dev.ringside.virtio.transport;

import static dev.ringside.virtio.spec.PciCommonConfig.NO_VECTOR;

import dev.ringside.machine.pci.MsixTable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * Which MSI-X vector tells of which event (virtio 1.4, section 4.1.5.1.2). A vector that the table
 * does not have cannot be mapped, and reads back as NO_VECTOR.
 */
final class PciVectors {
  private final @Nullable MsixTable table;

  /** One for each queue, and the last for the configuration. */
  private final AtomicIntegerArray vectors;

  private final int config;

  /**
   * No event has a vector.
   *
   * @param table null for a device without MSI-X
   */
  PciVectors(@Nullable MsixTable table, int queues) {
    this.table = table;
    this.vectors = new AtomicIntegerArray(queues + 1);
    this.config = queues;
    reset();
  }

  /** The event that stands for a change of the configuration. */
  int config() {
    return config;
  }

  /** What an event is mapped to, or NO_VECTOR; so for a queue that does not exist. */
  int get(int event) {
    return event >= 0 && event <= config ? vectors.get(event) : NO_VECTOR;
  }

  /** Maps an event that exists to a vector, or to none. */
  void map(int event, int vector) {
    boolean exists = table != null && vector < table.vectors();
    vectors.set(event, exists ? vector : NO_VECTOR);
  }

  /** The vector of each event. */
  void save(DataOutput out) throws IOException {
    for (int event = 0; event <= config; event++) {
      out.writeShort(vectors.get(event));
    }
  }

  /** A vector that the table does not have becomes none. */
  void restore(DataInput in) throws IOException {
    for (int event = 0; event <= config; event++) {
      map(event, in.readUnsignedShort());
    }
  }

  void reset() {
    for (int event = 0; event <= config; event++) {
      vectors.set(event, NO_VECTOR);
    }
  }

  /**
   * Sends the message of an event, when it has one.
   *
   * @return false when MSI-X is not used, and the interrupt pin is
   */
  boolean send(int event) {
    if (table == null || !table.isEnabled()) {
      return false;
    }
    int vector = vectors.get(event);
    if (vector != NO_VECTOR) {
      table.send(vector);
    }
    return true;
  }
}
