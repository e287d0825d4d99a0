package dev.ringside.blk;

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
    WAITING,

    /** A fault plan keeps it. */
    HELD,

    /** It was carried out, and waits for one before it to be given back (IN_ORDER). */
    DONE
  }
}
