package dev.ringside.lab.trace;

/** The category bits in a blktrace record's action: what kind of request the event is about. */
enum BlktraceCategory {
  WRITE(1),
  FLUSH(2),
  SYNC(3),
  PASSTHROUGH(9),
  NOTIFY(10),
  AHEAD(11),
  META(12),
  DISCARD(13),
  DRIVER_DATA(14),
  FUA(15);

  /** Categories stand above the action's code. */
  private static final int SHIFT = 16;

  private final long mask;

  BlktraceCategory(int bit) {
    this.mask = 1L << (SHIFT + bit);
  }

  boolean isIn(long action) {
    return (action & mask) != 0;
  }

  /** What a request with this action and length wants. */
  static TraceOperation operation(long action, long bytes) {
    if (PASSTHROUGH.isIn(action)) {
      return TraceOperation.PASSTHROUGH;
    } else if (DRIVER_DATA.isIn(action)) {
      return TraceOperation.OTHER;
    } else if (DISCARD.isIn(action)) {
      return TraceOperation.DISCARD;
    } else if (WRITE.isIn(action)) {
      return TraceOperation.WRITE;
    } else if (bytes > 0) {
      // A read's own bit is not always set, and blkparse goes by the length, too.
      return TraceOperation.READ;
    } else {
      return FLUSH.isIn(action) ? TraceOperation.FLUSH : TraceOperation.OTHER;
    }
  }

  /** The {@link TraceFlag#bit bits} of the flags in an action. */
  static int flagBits(long action) {
    return (FLUSH.isIn(action) ? TraceFlag.PREFLUSH.bit() : 0)
        | (FUA.isIn(action) ? TraceFlag.FUA.bit() : 0)
        | (AHEAD.isIn(action) ? TraceFlag.AHEAD.bit() : 0)
        | (SYNC.isIn(action) ? TraceFlag.SYNC.bit() : 0)
        | (META.isIn(action) ? TraceFlag.META.bit() : 0);
  }
}
