package dev.ringside.virtio.spec;

import org.jspecify.annotations.Nullable;

/** The state of a zone: {@code z_state} (virtio 1.4, section 5.2.6). */
public enum BlkZoneState {
  /** A conventional zone has no write pointer. */
  NO_WRITE_POINTER(0),
  EMPTY(1),
  /** A write opened it. */
  IMPLICITLY_OPEN(2),
  /** ZONE_OPEN opened it. */
  EXPLICITLY_OPEN(3),
  /** It has data and room, and is not open. */
  CLOSED(4),
  READ_ONLY(13),
  FULL(14),
  /** It can be neither read nor written. */
  OFFLINE(15);

  private final int code;

  BlkZoneState(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** Whether a zone in this state takes one of the open zones. */
  public boolean isOpen() {
    return this == IMPLICITLY_OPEN || this == EXPLICITLY_OPEN;
  }

  /** Whether a zone in this state takes one of the active zones. */
  public boolean isActive() {
    return isOpen() || this == CLOSED;
  }

  /** The state of a number on the wire, or null when the specification names none. */
  public static @Nullable BlkZoneState of(int code) {
    for (BlkZoneState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    return null;
  }
}
