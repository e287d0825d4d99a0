package dev.ringside.machine;

/** The time of a run: the machine's at full speed, virtual in a simulated run. */
@FunctionalInterface
public interface Clock {
  /** Nanoseconds since an arbitrary origin; never goes back. */
  long nanoTime();
}
