package dev.ringside.lab.study;

/** Hears of the points of a study as they end. */
@FunctionalInterface
public interface StudyProgress {
  /** Nobody listens. */
  StudyProgress NONE = result -> {};

  /** A point has ended. Called by one thread at a time, in the order in which points end. */
  void ended(PointResult result);
}
