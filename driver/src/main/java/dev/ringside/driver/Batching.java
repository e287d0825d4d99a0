package dev.ringside.driver;

/**
 * Decides when the requests that a queue holds back are announced, as its {@link BatchPolicy} says.
 * They are <em>held</em> until then; those that the device knows and that have not been reaped are
 * <em>outstanding</em>.
 */
final class Batching {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final BatchPolicy policy;

  /** Whether more than the number of held requests counts. */
  private final boolean looksFurther;

  /** Requests that make a batch. */
  private int size;

  /** When the oldest held request must be announced, with {@link BatchPolicy.CountOrTime}. */
  private long due;

  Batching(BatchPolicy policy) {
    this.policy = policy;
    this.size =
        switch (policy) {
          case BatchPolicy.EveryRequest() -> 1;
          case BatchPolicy.Every(int requests) -> requests;
          case BatchPolicy.OnLast() -> NO_LIMIT;
          case BatchPolicy.Plug(int limit) -> limit;
          case BatchPolicy.CountOrTime(int requests, long nanoseconds) -> requests;
          case BatchPolicy.Adaptive(int most) -> 1;
        };
    this.looksFurther =
        policy instanceof BatchPolicy.CountOrTime || policy instanceof BatchPolicy.Adaptive;
  }

  /** Whether so many are a batch; they are announced. */
  boolean isFull(int held) {
    return held >= size;
  }

  /** Whether {@link #isDueAfterSubmit}, {@link #isDueAfterReap} and {@link #announced} count. */
  boolean looksFurther() {
    return looksFurther;
  }

  /** Whether there is a time to announce at, {@link #due}. */
  boolean isTimed() {
    return policy instanceof BatchPolicy.CountOrTime;
  }

  /** When held requests must be announced; of a batch that is timed, and not empty. */
  long due() {
    return due;
  }

  /** Whether a batch that is not full is announced now that a request has come. */
  boolean isDueAfterSubmit(int held, int outstanding, long now) {
    return switch (policy) {
      case BatchPolicy.CountOrTime(int requests, long nanoseconds) -> {
        if (held == 1) {
          due = now + nanoseconds;
        }
        yield now - due >= 0;
      }
      case BatchPolicy.Adaptive adaptive -> outstanding == 0;
      case BatchPolicy.EveryRequest every -> false;
      case BatchPolicy.Every every -> false;
      case BatchPolicy.OnLast onLast -> false;
      case BatchPolicy.Plug plug -> false;
    };
  }

  /** Whether a batch that is not full is announced now that the task has reaped. */
  boolean isDueAfterReap(int outstanding, long now) {
    return switch (policy) {
      case BatchPolicy.CountOrTime timed -> now - due >= 0;
      case BatchPolicy.Adaptive adaptive -> outstanding < size;
      case BatchPolicy.EveryRequest every -> false;
      case BatchPolicy.Every every -> false;
      case BatchPolicy.OnLast onLast -> false;
      case BatchPolicy.Plug plug -> false;
    };
  }

  /** Whether a batch that is not full is announced before the task waits. */
  boolean isDueBeforeWait(int outstanding) {
    return switch (policy) {
      case BatchPolicy.Plug plug -> true;
      case BatchPolicy.Adaptive adaptive -> outstanding < size;
      // It is announced in the middle of the wait.
      case BatchPolicy.CountOrTime timed -> false;
      // Nothing else could end the wait.
      case BatchPolicy.EveryRequest every -> outstanding == 0;
      case BatchPolicy.Every every -> outstanding == 0;
      case BatchPolicy.OnLast onLast -> outstanding == 0;
    };
  }

  /** Learns from a batch that is announced because the policy says so. */
  void announced(int held, int outstanding) {
    if (policy instanceof BatchPolicy.Adaptive(int most)) {
      boolean first = held == 1 && outstanding == 0;
      if (held < size && !first) {
        size = Math.max(1, size / 2);
      } else if (outstanding >= 2 * (long) size) {
        size = (int) Math.min(most, 2L * size);
      }
    }
  }
}
