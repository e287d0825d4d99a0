package dev.ringside.virtio.spec;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import org.jspecify.annotations.Nullable;

/**
 * What a vhost-user backend asks of its frontend, on the socket that SET_BACKEND_REQ_FD gave it
 * (vhost-user, "Back-end message types").
 */
public enum VhostUserBackendRequest implements VhostUserMessageType {
  IOTLB_MSG(1, 0, MAX_PAYLOAD, 0),
  /** The configuration space has changed. */
  CONFIG_CHANGE_MSG(2, 0, 0, 0),
  VRING_HOST_NOTIFIER_MSG(3, 24, 24, 1),
  /** An interrupt, when notifications are in-band. */
  VRING_CALL(4, STATE_SIZE, STATE_SIZE, 0),
  /** An error of a queue, when notifications are in-band. */
  VRING_ERR(5, STATE_SIZE, STATE_SIZE, 0),
  SHARED_OBJECT_ADD(6, 16, 16, 0),
  SHARED_OBJECT_REMOVE(7, 16, 16, 0),
  SHARED_OBJECT_LOOKUP(8, 16, 16, 1);

  private static final @Nullable VhostUserBackendRequest[] BY_CODE = new VhostUserBackendRequest[9];

  static {
    for (VhostUserBackendRequest request : values()) {
      BY_CODE[request.code] = request;
    }
  }

  private final int code;
  private final int minPayload;
  private final int maxPayload;
  private final int maxDescriptors;

  VhostUserBackendRequest(int code, int minPayload, int maxPayload, int maxDescriptors) {
    this.code = code;
    this.minPayload = minPayload;
    this.maxPayload = maxPayload;
    this.maxDescriptors = maxDescriptors;
  }

  /** The request of a number on the wire, or null when the specification names none. */
  public static @Nullable VhostUserBackendRequest of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  @Override
  public int code() {
    return code;
  }

  @Override
  public int minPayload() {
    return minPayload;
  }

  @Override
  public int maxPayload() {
    return maxPayload;
  }

  @Override
  public int minDescriptors() {
    return 0;
  }

  @Override
  public int maxDescriptors() {
    return maxDescriptors;
  }

  @Override
  public boolean isAnswered() {
    return false;
  }
}
