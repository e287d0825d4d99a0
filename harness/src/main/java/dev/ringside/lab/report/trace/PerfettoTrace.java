package dev.ringside.lab.report.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventSink;
import dev.ringside.machine.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events as a trace in the JSON format that Perfetto and Chrome read, written as they come.
 *
 * <ul>
 *   <li>a thread for each track: driver, queues of the device, workers; service stands on threads
 *       of its own beside them, as many as overlap;
 *   <li>a slice for each service, for sleep of driver and device, and a shortest one for every
 *       submission, pop and reaping, where a flow begins, passes and ends;
 *   <li>a slice for each call of a filesystem, on a thread of its own;
 *   <li>a flow for each request, from its submission through pop and service to its reaping;
 *   <li>an instant event for each kick, interrupt and their suppression, and for faults;
 *   <li>counters: requests in the ring and in service, for each queue.
 * </ul>
 *
 * <p>Times are microseconds with three decimals, which keeps every nanosecond. What is open when
 * the run ends is closed at its last event, so that slices balance and every flow ends once.
 */
public final class PerfettoTrace implements EventSink, AutoCloseable {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  /** Long enough for a flow to be attached to it, too short to be seen as a duration. */
  private static final String INSTANT_US = "0.001";

  private final JsonGenerator json;
  private final TraceTracks tracks;
  private final QueueFinder queues = new QueueFinder();
  private final Map<Key, Request> requests = new LinkedHashMap<>();
  private final Map<Integer, Long> inRing = new HashMap<>();
  private final Map<Integer, Long> inService = new HashMap<>();
  private final Map<String, Integer> open = new LinkedHashMap<>();
  private long flows;
  private long lastTime;

  /**
   * Begins a trace.
   *
   * @param writer gets the text; stays open
   */
  public PerfettoTrace(Writer writer) {
    try {
      json = FACTORY.createGenerator(writer);
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ns");
      json.writeArrayFieldStart("traceEvents");
      tracks = new TraceTracks(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes kept events as a trace. */
  public static void write(Path file, List<EventLog.Event> events) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      try (PerfettoTrace trace = new PerfettoTrace(writer)) {
        events.forEach(trace::event);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Writes a kept event. */
  public void event(EventLog.Event event) {
    event(event.time(), event.track(), event.type(), event.first(), event.second());
  }

  @Override
  public void event(long time, EventLog.Track track, EventType type, long first, long second) {
    event(time, track.name(), type, first, second);
  }

  private void event(long time, String track, EventType type, long first, long second) {
    lastTime = time;
    int queue = queues.queueOf(track, type, first);
    try {
      switch (type) {
        case SUBMIT -> submit(time, track, new Key(queue, first), second);
        case POP -> pass(time, track, new Key(queue, first), "pop");
        case BEGIN_SERVICE -> begin(time, track, new Key(queue, first), second);
        case END_SERVICE -> end(time, new Key(queue, first));
        case REAP -> reap(time, track, new Key(queue, first));
        case DRIVER_SLEEP, DEVICE_SLEEP -> sleep(time, track);
        case DRIVER_WAKE, DEVICE_WAKE -> wake(time, track);
        case BEGIN_CALL -> beginCall(time, track, first, second);
        case END_CALL -> endSliceOf(time, track);
        case PUBLISH_AVAILABLE,
            KICK,
            SUPPRESS_KICK,
            PUBLISH_USED,
            INTERRUPT,
            SUPPRESS_INTERRUPT,
            HOLD_INTERRUPT,
            FAULT,
            MERGE,
            RING_FULL,
            NOTIFIED ->
            instant(time, track, type, first, second);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void submit(long time, String track, Key key, long bytes) throws IOException {
    Request left = requests.remove(key);
    if (left != null) {
      // Its head is in use again without a reaping: a reset queue gave it back.
      finish(time, track, key, left, "abandoned");
    }
    Request request = new Request(++flows, bytes);
    requests.put(key, request);
    point(time, track, "submit", key, bytes);
    flow("s", time, tracks.thread(track), request);
    count(time, key.queue, "in ring", inRing, 1);
  }

  private void pass(long time, String track, Key key, String name) throws IOException {
    Request request = requests.get(key);
    point(time, track, name, key, request == null ? 0 : request.bytes);
    if (request != null) {
      flow("t", time, tracks.thread(track), request);
    }
  }

  private void begin(long time, String track, Key key, long bytes) throws IOException {
    Request request = requests.get(key);
    if (request == null || request.lane != null) {
      return;
    }
    TraceTracks.Lane lane = tracks.open(track);
    request.lane = lane;
    start("B", time, lane.thread(), "service");
    json.writeObjectFieldStart("args");
    json.writeNumberField("queue", key.queue);
    json.writeNumberField("head", key.head);
    json.writeNumberField("bytes", bytes);
    json.writeEndObject();
    json.writeEndObject();
    flow("t", time, lane.thread(), request);
    count(time, key.queue, "in service", inService, 1);
  }

  private void end(long time, Key key) throws IOException {
    Request request = requests.get(key);
    if (request != null && request.lane != null) {
      flow("t", time, request.lane.thread(), request);
      endService(time, key, request, request.lane);
    }
  }

  private void endService(long time, Key key, Request request, TraceTracks.Lane lane)
      throws IOException {
    endSlice(time, lane.thread());
    tracks.close(lane);
    request.lane = null;
    count(time, key.queue, "in service", inService, -1);
  }

  private void reap(long time, String track, Key key) throws IOException {
    Request request = requests.remove(key);
    if (request != null) {
      finish(time, track, key, request, "reap");
    }
  }

  private void finish(long time, String track, Key key, Request request, String how)
      throws IOException {
    if (request.lane != null) {
      endService(time, key, request, request.lane);
    }
    point(time, track, how, key, request.bytes);
    flow("f", time, tracks.thread(track), request);
    count(time, key.queue, "in ring", inRing, -1);
  }

  private void sleep(long time, String track) throws IOException {
    String place = track + " asleep";
    open.merge(place, 1, Integer::sum);
    start("B", time, tracks.thread(place), "asleep");
    json.writeEndObject();
  }

  private void wake(long time, String track) throws IOException {
    endSliceOf(time, track + " asleep");
  }

  /** Requests that a call makes lie below it in time: it waits for them. */
  private void beginCall(long time, String track, long inode, long bytes) throws IOException {
    open.merge(track, 1, Integer::sum);
    start("B", time, tracks.thread(track), "read");
    json.writeObjectFieldStart("args");
    json.writeNumberField("inode", inode);
    json.writeNumberField("bytes", bytes);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void endSliceOf(long time, String place) throws IOException {
    Integer depth = open.get(place);
    // What began first may be older than the trace.
    if (depth != null && depth > 0) {
      open.put(place, depth - 1);
      endSlice(time, tracks.thread(place));
    }
  }

  private void instant(long time, String track, EventType type, long first, long second)
      throws IOException {
    start("i", time, tracks.thread(track), words(type));
    json.writeStringField("s", "t");
    json.writeObjectFieldStart("args");
    json.writeNumberField(firstName(type), first);
    json.writeNumberField(type == EventType.FAULT ? "times" : "requests", second);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String firstName(EventType type) {
    return switch (type) {
      case FAULT -> "rule";
      case MERGE, SUBMIT, POP, BEGIN_SERVICE, END_SERVICE, REAP -> "head";
      case PUBLISH_AVAILABLE,
          KICK,
          SUPPRESS_KICK,
          PUBLISH_USED,
          INTERRUPT,
          SUPPRESS_INTERRUPT,
          HOLD_INTERRUPT,
          RING_FULL,
          DRIVER_SLEEP,
          DRIVER_WAKE,
          DEVICE_SLEEP,
          DEVICE_WAKE,
          NOTIFIED ->
          "queue";
      case BEGIN_CALL, END_CALL -> "inode";
    };
  }

  /** An event's name as words: {@code suppress kick}. */
  static String words(EventType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void point(long time, String track, String name, Key key, long bytes) throws IOException {
    start("X", time, tracks.thread(track), name);
    json.writeFieldName("dur");
    json.writeNumber(INSTANT_US);
    json.writeObjectFieldStart("args");
    json.writeNumberField("queue", key.queue);
    json.writeNumberField("head", key.head);
    json.writeNumberField("bytes", bytes);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void flow(String phase, long time, int thread, Request request) throws IOException {
    start(phase, time, thread, "request");
    json.writeNumberField("id", request.flow);
    if (phase.equals("f")) {
      json.writeStringField("bp", "e");
    }
    json.writeEndObject();
  }

  private void count(long time, int queue, String what, Map<Integer, Long> counts, long change)
      throws IOException {
    long now = counts.merge(queue, change, Long::sum);
    start("C", time, 0, "queue %d %s".formatted(queue, what));
    json.writeObjectFieldStart("args");
    json.writeNumberField("requests", now);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void endSlice(long time, int thread) throws IOException {
    start("E", time, thread, "");
    json.writeEndObject();
  }

  /** The fields that every event has; the object stays open. */
  private void start(String phase, long time, int thread, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", phase);
    if (!name.isEmpty()) {
      json.writeStringField("name", name);
      json.writeStringField("cat", "ringside");
    }
    json.writeFieldName("ts");
    json.writeNumber(microseconds(time));
    json.writeNumberField("pid", TraceTracks.PROCESS);
    json.writeNumberField("tid", thread);
  }

  private static String microseconds(long time) {
    String fraction = Long.toString(1000 + Math.floorMod(time, 1000)).substring(1);
    return Math.floorDiv(time, 1000) + "." + fraction;
  }

  /** Ends what is open, and the trace. */
  @Override
  public void close() throws IOException {
    if (json.isClosed()) {
      return;
    }
    for (Map.Entry<Key, Request> open : new ArrayList<>(requests.entrySet())) {
      String track = open.getKey().queue == 0 ? "driver" : "driver-" + open.getKey().queue;
      finish(lastTime, track, open.getKey(), open.getValue(), "unfinished");
    }
    requests.clear();
    for (Map.Entry<String, Integer> place : open.entrySet()) {
      for (int depth = place.getValue(); depth > 0; depth--) {
        endSlice(lastTime, tracks.thread(place.getKey()));
      }
    }
    open.clear();
    json.writeEndArray();
    json.writeEndObject();
    json.close();
  }

  private record Key(int queue, long head) {}

  private static final class Request {
    private final long flow;
    private final long bytes;
    private TraceTracks.@Nullable Lane lane;

    Request(long flow, long bytes) {
      this.flow = flow;
      this.bytes = bytes;
    }
  }
}
