package dev.ringside.lab.live;

/**
 * What those who look are shown.
 *
 * @param run counts the runs of a session, from 1 on
 * @param phase what the run does
 * @param eventsPerSecond how fast it goes when it goes; 0 as fast as it can
 * @param note one line about what was asked last; empty when there is nothing to say
 */
public record Frame(
    int run,
    Phase phase,
    long eventsPerSecond,
    String note,
    LiveSettings settings,
    RunState state) {
  /** What a run does. */
  public enum Phase {
    /** It stands still. */
    STOPPED("stopped"),
    /** It goes on. */
    RUNNING("running"),
    /** It is on its way to an event. */
    SEEKING("seeking"),
    /** One of its tasks failed; the note says how. It can only begin anew. */
    FAILED("failed");

    private final String label;

    Phase(String label) {
      this.label = label;
    }

    /** As messages call it. */
    public String label() {
      return label;
    }
  }
}
