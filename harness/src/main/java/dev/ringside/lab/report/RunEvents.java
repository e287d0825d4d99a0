package dev.ringside.lab.report;

import dev.ringside.machine.EventLog;
import java.util.List;

/**
 * What happened in one run, to be drawn as a timeline of its first requests.
 *
 * @param title which run it was
 * @param events in the order of time
 */
public record RunEvents(String title, List<EventLog.Event> events) {
  public RunEvents {
    events = List.copyOf(events);
  }
}
