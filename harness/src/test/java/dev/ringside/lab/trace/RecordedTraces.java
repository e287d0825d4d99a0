package dev.ringside.lab.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The traces in the project's {@code images/traces}. */
public final class RecordedTraces {
  private RecordedTraces() {}

  /** A file or folder there. */
  public static Path path(String name) {
    String root = Objects.requireNonNull(System.getProperty("ringside.root"), "ringside.root");
    return Path.of(root, "images", "traces", name);
  }

  /** All events of the trace at a path. */
  public static List<TraceEvent> read(Path path) throws IOException {
    List<TraceEvent> events = new ArrayList<>();
    try (TraceReader reader = TraceSource.at(path).open()) {
      for (TraceEvent event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    return events;
  }
}
