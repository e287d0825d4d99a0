package dev.ringside.virtio.transport;

import static dev.ringside.virtio.state.DeviceStateException.require;

import dev.ringside.virtio.spec.DeviceStatus;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.state.FunctionState;
import java.io.IOException;

/** Saves what a function itself keeps, and restores it into another one. */
final class FunctionTransfer {
  private final int deviceId;
  private final StatusField status;
  private final FeatureNegotiation features;
  private final ConfigurationAccess configuration;
  private final FunctionQueues queues;
  private final DeviceActivity activity;

  FunctionTransfer(
      int deviceId,
      StatusField status,
      FeatureNegotiation features,
      ConfigurationAccess configuration,
      FunctionQueues queues,
      DeviceActivity activity) {
    this.deviceId = deviceId;
    this.status = status;
    this.features = features;
    this.configuration = configuration;
    this.queues = queues;
    this.activity = activity;
  }

  /** The function's state, without the rings of a device that is broken. */
  FunctionState save() {
    return new FunctionState(
        deviceId,
        status.get(),
        features.chosen(),
        features.chosenHigh(),
        configuration.shownGeneration(),
        configuration.isStale(),
        configuration.isPending(),
        queues.save(status.isBroken()));
  }

  /**
   * Becomes a function that was saved; this one is as after power-on, and paused.
   *
   * @throws IOException when the state is damaged or of another kind of device; then this function
   *     is to be reset
   */
  void restore(FunctionState saved) throws IOException {
    int bits = saved.status();
    require(saved.deviceId() == deviceId, "of a device of type %d", saved.deviceId());
    require(
        saved.queues().size() == queues.count(),
        "%d queues, and this device has %d",
        saved.queues().size(),
        queues.count());
    features.restore(saved);
    boolean agreed = status.isNegotiated(bits);
    activity.setSuspended((bits & DeviceStatus.SUSPEND) != 0);
    if (activity.isSuspended() || (bits & DeviceStatus.DRIVER_OK) != 0) {
      activity.setLive();
    }
    require(status.isPossible(bits) && (agreed || !activity.isLive()), "status 0x%x", bits);
    require(
        !agreed || features.isAcceptedAgain(),
        "this device does not work with %s",
        Feature.describe(saved.features()));
    configuration.restore(saved);
    status.restore(bits);
    activity.restoreStarted();
    queues.restore(saved, agreed);
  }
}
