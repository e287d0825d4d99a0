package dev.ringside.virtio.spec;

import org.jspecify.annotations.Nullable;

/** How a zone can be written: {@code z_type} (virtio 1.4, section 5.2.6). */
public enum BlkZoneType {
  /** Anywhere, at any time. */
  CONVENTIONAL(1),
  /** At the write pointer only. */
  SEQUENTIAL_WRITE_REQUIRED(2),
  /** Anywhere, and best at the write pointer. */
  SEQUENTIAL_WRITE_PREFERRED(3);

  private final int code;

  BlkZoneType(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** The type of a number on the wire, or null when the specification names none. */
  public static @Nullable BlkZoneType of(int code) {
    for (BlkZoneType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
