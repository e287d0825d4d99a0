package dev.ringside.virtio.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A virtqueue as the driver has programmed it.
 *
 * <pre>
 *   0      4                12           20           28        29
 *   | size | descriptorArea | driverArea | deviceArea | enabled | RingState, when enabled
 * </pre>
 *
 * @param size how many descriptors
 * @param descriptorArea guest-physical address
 * @param driverArea guest-physical address
 * @param deviceArea guest-physical address
 * @param ring null while the queue is disabled
 */
public record QueueState(
    int size, long descriptorArea, long driverArea, long deviceArea, @Nullable RingState ring) {

  /** The same, disabled. */
  public QueueState withoutRing() {
    return new QueueState(size, descriptorArea, driverArea, deviceArea, null);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(size);
    out.writeLong(descriptorArea);
    out.writeLong(driverArea);
    out.writeLong(deviceArea);
    out.writeBoolean(ring != null);
    if (ring != null) {
      ring.writeTo(out);
    }
  }

  static QueueState readFrom(DataInput in) throws IOException {
    return new QueueState(
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readBoolean() ? RingState.readFrom(in) : null);
  }
}
