package dev.ringside.blk;

import org.jspecify.annotations.Nullable;

/**
 * A request that a paused service has taken from its ring and not given back.
 *
 * @param request parsed
 * @param stage how far it has come
 */
record InFlight(BlkRequest request, Stage stage) {
  /** How far a request has come. */
  enum Stage {
    /** Nothing has been done for it. */
    WAITING(0),

    /** A fault plan keeps it. */
    HELD(1),

    /** It was carried out, and waits for one before it to be given back (IN_ORDER). */
    DONE(2);

    private final int code;

    Stage(int code) {
      this.code = code;
    }

    /** The number in a saved state. */
    int code() {
      return code;
    }

    /** The stage of a number, or null when it has none. */
    static @Nullable Stage of(int code) {
      for (Stage stage : values()) {
        if (stage.code == code) {
          return stage;
        }
      }
      return null;
    }
  }
}
