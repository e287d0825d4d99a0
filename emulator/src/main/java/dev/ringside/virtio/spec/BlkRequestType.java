package dev.ringside.virtio.spec;

import org.jspecify.annotations.Nullable;

/** Types of virtio-blk requests (virtio 1.4, section 5.2.6). */
public enum BlkRequestType {
  IN(0),
  OUT(1),
  FLUSH(4),
  GET_ID(8),
  GET_LIFETIME(10),
  DISCARD(11),
  WRITE_ZEROES(13),
  SECURE_ERASE(14),
  ZONE_APPEND(15),
  ZONE_REPORT(16),
  ZONE_OPEN(18),
  ZONE_CLOSE(20),
  ZONE_FINISH(22),
  ZONE_RESET(24),
  ZONE_RESET_ALL(26);

  private static final @Nullable BlkRequestType[] BY_CODE = new BlkRequestType[27];

  static {
    for (BlkRequestType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  BlkRequestType(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** The type of a number on the wire, or null when the specification names none. */
  public static @Nullable BlkRequestType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
