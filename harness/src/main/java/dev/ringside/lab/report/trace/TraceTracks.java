package dev.ringside.lab.report.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The threads of a trace: one for each track of the run, and more beside it for what overlaps, so
 * that slices on a thread always nest. A thread is announced when it is first needed.
 */
final class TraceTracks {
  static final int PROCESS = 1;

  private final JsonGenerator json;
  private final Map<String, Integer> threads = new HashMap<>();
  private final Map<String, List<Boolean>> lanes = new HashMap<>();

  TraceTracks(JsonGenerator json) throws IOException {
    this.json = json;
    metadata("process_name", 0, "name", "Ringside");
  }

  /** The thread of a track. */
  int thread(String track) throws IOException {
    Integer known = threads.get(track);
    if (known != null) {
      return known;
    }
    int thread = threads.size() + 1;
    threads.put(track, thread);
    metadata("thread_name", thread, "name", track);
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", "thread_sort_index");
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", thread);
    json.writeObjectFieldStart("args");
    json.writeNumberField("sort_index", order(track) * 1000 + thread);
    json.writeEndObject();
    json.writeEndObject();
    return thread;
  }

  /** Takes a free lane of a track for something that lasts. */
  Lane open(String track) throws IOException {
    List<Boolean> taken = lanes.computeIfAbsent(track, _ -> new ArrayList<>());
    int number = taken.indexOf(false);
    if (number < 0) {
      number = taken.size();
      taken.add(true);
    } else {
      taken.set(number, true);
    }
    String name = track + " service" + (number == 0 ? "" : " " + (number + 1));
    return new Lane(track, number, thread(name));
  }

  /** Gives a lane back. */
  void close(Lane lane) {
    List<Boolean> taken = lanes.get(lane.track);
    if (taken != null) {
      taken.set(lane.number, false);
    }
  }

  /** From the driver down to the storage, then the rest. */
  private static int order(String track) {
    if (track.startsWith("driver")) {
      return 1;
    }
    if (track.startsWith("queue")) {
      return 2;
    }
    return track.startsWith("worker") ? 3 : 4;
  }

  private void metadata(String what, int thread, String field, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", what);
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", thread);
    json.writeObjectFieldStart("args");
    json.writeStringField(field, name);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A thread for one slice at a time. */
  record Lane(String track, int number, int thread) {}
}
