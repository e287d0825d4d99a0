package dev.ringside.machine;

/** Looks at the events of a run as they happen. */
@FunctionalInterface
public interface EventSink {
  /**
   * Something happened. Called in the middle of the task that did it, which must not wait here; in
   * simulated time by one task at a time, at full speed by several at once, each for its own
   * tracks.
   *
   * @param time in nanoseconds; never less than with the event before of the same track
   * @param track whose event it is
   * @param first what {@link EventType} says
   * @param second what {@link EventType} says
   */
  void event(long time, EventLog.Track track, EventType type, long first, long second);
}
