package dev.ringside.virtio.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A virtio device as every transport shows it.
 *
 * <pre>
 *   0          4        8          16             24                 28            29
 *   | deviceId | status | features | featuresHigh | configGeneration | configStale | configPending
 *   | n | n QueueStates
 * </pre>
 *
 * @param deviceId the device type
 * @param status the device status field
 * @param features 0 to 63 that the driver has chosen
 * @param featuresHigh features 64 to 127
 * @param configGeneration as the driver read it last
 * @param configStale whether the configuration has changed since
 * @param configPending whether a suspended driver is still to be told of a change
 * @param queues in their order
 */
public record FunctionState(
    int deviceId,
    int status,
    long features,
    long featuresHigh,
    int configGeneration,
    boolean configStale,
    boolean configPending,
    List<QueueState> queues) {
  public FunctionState {
    queues = List.copyOf(queues);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(deviceId);
    out.writeInt(status);
    out.writeLong(features);
    out.writeLong(featuresHigh);
    out.writeInt(configGeneration);
    out.writeBoolean(configStale);
    out.writeBoolean(configPending);
    out.writeInt(queues.size());
    for (QueueState queue : queues) {
      queue.writeTo(out);
    }
  }

  static FunctionState readFrom(DataInput in) throws IOException {
    int deviceId = in.readInt();
    int status = in.readInt();
    long features = in.readLong();
    long featuresHigh = in.readLong();
    int configGeneration = in.readInt();
    boolean configStale = in.readBoolean();
    boolean configPending = in.readBoolean();
    List<QueueState> queues = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      queues.add(QueueState.readFrom(in));
    }
    return new FunctionState(
        deviceId,
        status,
        features,
        featuresHigh,
        configGeneration,
        configStale,
        configPending,
        queues);
  }
}
