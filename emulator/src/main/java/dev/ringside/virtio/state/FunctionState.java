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
 *   0          4        8          16                 20                24
 *   | deviceId | status | features | configGeneration | interruptStatus | n | n QueueStates
 * </pre>
 *
 * @param deviceId the device type
 * @param status the device status field
 * @param features that the driver has chosen
 * @param configGeneration of the configuration space
 * @param interruptStatus reasons that the driver has not acknowledged
 * @param queues in their order
 */
public record FunctionState(
    int deviceId,
    int status,
    long features,
    int configGeneration,
    int interruptStatus,
    List<QueueState> queues) {
  public FunctionState {
    queues = List.copyOf(queues);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(deviceId);
    out.writeInt(status);
    out.writeLong(features);
    out.writeInt(configGeneration);
    out.writeInt(interruptStatus);
    out.writeInt(queues.size());
    for (QueueState queue : queues) {
      queue.writeTo(out);
    }
  }

  static FunctionState readFrom(DataInput in) throws IOException {
    int deviceId = in.readInt();
    int status = in.readInt();
    long features = in.readLong();
    int configGeneration = in.readInt();
    int interruptStatus = in.readInt();
    List<QueueState> queues = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      queues.add(QueueState.readFrom(in));
    }
    return new FunctionState(deviceId, status, features, configGeneration, interruptStatus, queues);
  }
}
