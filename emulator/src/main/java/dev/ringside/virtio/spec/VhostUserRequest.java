package dev.ringside.virtio.spec;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import org.jspecify.annotations.Nullable;

/**
 * What a vhost-user frontend asks of its backend (vhost-user, "Front-end message types"): the
 * number, how long the payload may be, and how many descriptors come along.
 */
public enum VhostUserRequest implements VhostUserMessageType {
  GET_FEATURES(1, 0, 0, 0, 0, true),
  SET_FEATURES(2, U64_SIZE, U64_SIZE, 0, 0, false),
  SET_OWNER(3, 0, 0, 0, 0, false),
  /** Deprecated; to be ignored. */
  RESET_OWNER(4, 0, 0, 0, 0, false),
  SET_MEM_TABLE(5, TABLE_HEADER_SIZE, regionOffset(MAX_REGIONS), 0, MAX_REGIONS, false),
  SET_LOG_BASE(6, U64_SIZE, LOG_SIZE, 0, 1, true),
  SET_LOG_FD(7, 0, U64_SIZE, 1, 1, false),
  SET_VRING_NUM(8, STATE_SIZE, STATE_SIZE, 0, 0, false),
  SET_VRING_ADDR(9, ADDRESS_SIZE, ADDRESS_SIZE, 0, 0, false),
  SET_VRING_BASE(10, STATE_SIZE, STATE_SIZE, 0, 0, false),
  /** Stops the queue. */
  GET_VRING_BASE(11, STATE_SIZE, STATE_SIZE, 0, 0, true),
  SET_VRING_KICK(12, U64_SIZE, U64_SIZE, 0, 1, false),
  SET_VRING_CALL(13, U64_SIZE, U64_SIZE, 0, 1, false),
  SET_VRING_ERR(14, U64_SIZE, U64_SIZE, 0, 1, false),
  GET_PROTOCOL_FEATURES(15, 0, 0, 0, 0, true),
  SET_PROTOCOL_FEATURES(16, U64_SIZE, U64_SIZE, 0, 0, false),
  GET_QUEUE_NUM(17, 0, 0, 0, 0, true),
  SET_VRING_ENABLE(18, STATE_SIZE, STATE_SIZE, 0, 0, false),
  SEND_RARP(19, U64_SIZE, U64_SIZE, 0, 0, false),
  NET_SET_MTU(20, U64_SIZE, U64_SIZE, 0, 0, false),
  SET_BACKEND_REQ_FD(21, 0, U64_SIZE, 1, 1, false),
  IOTLB_MSG(22, 0, MAX_PAYLOAD, 0, 0, false),
  SET_VRING_ENDIAN(23, STATE_SIZE, STATE_SIZE, 0, 0, false),
  GET_CONFIG(24, CONFIG_HEADER_SIZE, CONFIG_HEADER_SIZE + MAX_CONFIG, 0, 0, true),
  SET_CONFIG(25, CONFIG_HEADER_SIZE, CONFIG_HEADER_SIZE + MAX_CONFIG, 0, 0, false),
  CREATE_CRYPTO_SESSION(26, 0, MAX_PAYLOAD, 0, 0, true),
  CLOSE_CRYPTO_SESSION(27, U64_SIZE, U64_SIZE, 0, 0, false),
  POSTCOPY_ADVISE(28, 0, 0, 0, 0, true),
  POSTCOPY_LISTEN(29, 0, 0, 0, 0, false),
  POSTCOPY_END(30, 0, 0, 0, 0, true),
  /** The answer brings one descriptor. */
  GET_INFLIGHT_FD(31, INFLIGHT_MIN_SIZE, INFLIGHT_SIZE, 0, 0, true),
  SET_INFLIGHT_FD(32, INFLIGHT_MIN_SIZE, INFLIGHT_SIZE, 1, 1, false),
  GPU_SET_SOCKET(33, 0, 0, 1, 1, false),
  RESET_DEVICE(34, 0, 0, 0, 0, false),
  /** A kick, when notifications are in-band. */
  VRING_KICK(35, STATE_SIZE, STATE_SIZE, 0, 0, false),
  GET_MAX_MEM_SLOTS(36, 0, 0, 0, 0, true),
  ADD_MEM_REG(37, SLOT_SIZE, SLOT_SIZE, 1, 1, false),
  /** Old frontends send a descriptor along, which is to be closed. */
  REM_MEM_REG(38, SLOT_SIZE, SLOT_SIZE, 0, 1, false),
  SET_STATUS(39, U64_SIZE, U64_SIZE, 0, 0, false),
  GET_STATUS(40, 0, 0, 0, 0, true),
  GET_SHARED_OBJECT(41, 16, 16, 0, 0, true),
  SET_DEVICE_STATE_FD(42, STATE_SIZE, STATE_SIZE, 1, 1, true),
  CHECK_DEVICE_STATE(43, 0, 0, 0, 0, true);

  private static final @Nullable VhostUserRequest[] BY_CODE = new VhostUserRequest[44];

  static {
    for (VhostUserRequest request : values()) {
      BY_CODE[request.code] = request;
    }
  }

  private final int code;
  private final int minPayload;
  private final int maxPayload;
  private final int minDescriptors;
  private final int maxDescriptors;
  private final boolean answered;

  VhostUserRequest(
      int code,
      int minPayload,
      int maxPayload,
      int minDescriptors,
      int maxDescriptors,
      boolean answered) {
    this.code = code;
    this.minPayload = minPayload;
    this.maxPayload = maxPayload;
    this.minDescriptors = minDescriptors;
    this.maxDescriptors = maxDescriptors;
    this.answered = answered;
  }

  /** The request of a number on the wire, or null when the specification names none. */
  public static @Nullable VhostUserRequest of(int code) {
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
    return minDescriptors;
  }

  @Override
  public int maxDescriptors() {
    return maxDescriptors;
  }

  /**
   * Whether it has an answer of its own. Others are answered only when REPLY_ACK was agreed on and
   * the message asks for it; SET_LOG_BASE when LOG_SHMFD was.
   */
  @Override
  public boolean isAnswered() {
    return answered;
  }
}
