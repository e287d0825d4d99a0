package dev.ringside.lab.replay;

/** Hears how far a replay is. */
@FunctionalInterface
public interface ReplayProgress {
  /** Nobody listens. */
  ReplayProgress NONE = requests -> {};

  /**
   * Called after every batch, between two reads of the clock: it should be quick.
   *
   * @param requests how many have ended so far
   */
  void replayed(long requests);
}
