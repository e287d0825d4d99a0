package dev.ringside.virtio.spec;

import org.jspecify.annotations.Nullable;

/** Who manages the zones of a disk: {@code model} (virtio 1.4, section 5.2.4). */
public enum BlkZoneModel {
  /** The drive, if there are zones at all. */
  NONE(0),
  /** The driver: sequential zones must be written in sequence. */
  HOST_MANAGED(1),
  /** The driver, if it wants to: sequential zones should be written in sequence. */
  HOST_AWARE(2);

  private final int code;

  BlkZoneModel(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** The model of a number on the wire, or null when the specification names none. */
  public static @Nullable BlkZoneModel of(int code) {
    for (BlkZoneModel model : values()) {
      if (model.code == code) {
        return model;
      }
    }
    return null;
  }
}
