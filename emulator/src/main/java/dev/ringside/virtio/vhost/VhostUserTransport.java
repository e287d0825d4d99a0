package dev.ringside.virtio.vhost;

import dev.ringside.machine.WakeUp;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.spec.Feature;
import dev.ringside.virtio.spec.VhostUserBackendRequest;
import dev.ringside.virtio.transport.FunctionTransport;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function's notifications, through the descriptors and messages of a frontend. */
final class VhostUserTransport implements FunctionTransport {
  /**
   * What only registers can carry, which are the frontend's: a notification with data, the reset of
   * one queue, suspension. The frontend translates addresses, so the platform does not.
   */
  private static final long NOT_CARRIED =
      COMMON_FEATURES | Feature.NOTIF_CONFIG_DATA.mask() | Feature.ADMIN_VQ.mask();

  private final List<FrontendRing> rings;
  private final Runnable attention;

  /** Set while notifications are in-band. */
  private volatile @Nullable BackendRequests inBand;

  /**
   * A transport for these rings.
   *
   * @param attention is called when the configuration has changed or the device is broken, by any
   *     task, and must not wait
   */
  VhostUserTransport(List<FrontendRing> rings, Runnable attention) {
    this.rings = rings;
    this.attention = attention;
  }

  /** Interrupts are sent as messages from now on, where a ring has no descriptor. */
  void setInBand(BackendRequests requests) {
    inBand = requests;
  }

  @Override
  public long offer(long deviceFeatures) {
    return deviceFeatures & ~NOT_CARRIED;
  }

  @Override
  public boolean isLegacy() {
    return false;
  }

  @Override
  public WakeUp wakeUp(int queue) {
    RingKick kick = rings.get(queue).kick;
    if (kick == null) {
      throw new IllegalStateException("queue %d runs without kicks".formatted(queue));
    }
    return kick;
  }

  @Override
  public void usedBuffers(int queue) {
    BackendRequests requests = inBand;
    RingCall call = rings.get(queue).call;
    if (requests == null || call.isSet()) {
      call.signal();
      return;
    }
    try {
      requests.notify(VhostUserBackendRequest.VRING_CALL, queue);
      call.count();
    } catch (VhostUserException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void configChange() {
    attention.run();
  }

  /** The transport keeps nothing of a queue. */
  @Override
  public void queueReset(int queue) {}

  @Override
  public void reset() {}

  /** The frontend keeps the state of the registers, and moves the device. */
  @Override
  public void save(DataOutput out) throws IOException {
    throw new IOException("a device behind vhost-user is saved by its frontend");
  }

  @Override
  public void restore(DataInputStream in) throws IOException {
    throw new IOException("a device behind vhost-user is restored by its frontend");
  }
}
