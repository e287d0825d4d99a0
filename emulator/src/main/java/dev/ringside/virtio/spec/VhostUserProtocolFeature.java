package dev.ringside.virtio.spec;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What vhost-user frontend and backend may agree on beside the virtio features (vhost-user,
 * "Protocol features"). A set of them is a {@code long} with a bit for each.
 */
public enum VhostUserProtocolFeature {
  /** Several queues: GET_QUEUE_NUM. */
  MQ(0),
  /** Migration: a log of dirty pages. */
  LOG_SHMFD(1),
  RARP(2),
  /** The frontend may ask for an answer to any request. */
  REPLY_ACK(3),
  MTU(4),
  /** A second socket, for requests of the backend. */
  BACKEND_REQ(5),
  CROSS_ENDIAN(6),
  CRYPTO_SESSION(7),
  PAGEFAULT(8),
  /** The configuration space: GET_CONFIG and SET_CONFIG. */
  CONFIG(9),
  /** The backend may send descriptors with its requests. */
  BACKEND_SEND_FD(10),
  HOST_NOTIFIER(11),
  /** Memory that outlives the backend, in which it notes what is in flight. */
  INFLIGHT_SHMFD(12),
  RESET_DEVICE(13),
  /** Kicks and calls as messages instead of eventfds. */
  INBAND_NOTIFICATIONS(14),
  /** Memory regions come and go one by one. */
  CONFIGURE_MEM_SLOTS(15),
  /** The device status field: GET_STATUS and SET_STATUS. */
  STATUS(16),
  XEN_MMAP(17),
  SHARED_OBJECT(18),
  DEVICE_STATE(19);

  private final int bit;

  VhostUserProtocolFeature(int bit) {
    this.bit = bit;
  }

  /** The bit's number. */
  public int bit() {
    return bit;
  }

  /** A set of this feature alone. */
  public long mask() {
    return 1L << bit;
  }

  /** Whether a set has this feature. */
  public boolean isIn(long features) {
    return (features & mask()) != 0;
  }

  /** A set of features. */
  public static long setOf(VhostUserProtocolFeature... features) {
    long set = 0;
    for (VhostUserProtocolFeature feature : features) {
      set |= feature.mask();
    }
    return set;
  }

  /** The names of a set's known features, for reports. */
  public static String describe(long features) {
    return Arrays.stream(values())
        .filter(feature -> feature.isIn(features))
        .map(VhostUserProtocolFeature::name)
        .collect(Collectors.joining(" "));
  }
}
