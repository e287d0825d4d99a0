package dev.ringside.lab.live;

/** What somebody who looks at a run may ask for. */
public sealed interface Command {
  /** Let it run. */
  record Go() implements Command {}

  /** Stop it where it is. */
  record Stop() implements Command {}

  /** Stop it at an event, forward or backward; below 0 is 0. */
  record Jump(long event) implements Command {
    public Jump {
      event = Math.max(0, event);
    }
  }

  /** Stop it so many events later, or earlier when negative. */
  record Step(int events) implements Command {}

  /** Stop it at the next such event. */
  record Next(Moment moment) implements Command {}

  /** Stop it at the last such event before this one. */
  record Previous(Moment moment) implements Command {}

  /**
   * How fast it goes.
   *
   * @param eventsPerSecond 1 or more; 0 as fast as it can
   */
  record Speed(long eventsPerSecond) implements Command {
    public Speed {
      if (eventsPerSecond < 0) {
        throw new IllegalArgumentException("a speed of %d".formatted(eventsPerSecond));
      }
    }
  }

  /** Begin anew, stopped at the start. */
  record Restart(LiveSettings settings) implements Command {}
}
