package dev.ringside.lab.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.live.Counters;
import dev.ringside.lab.live.EventLine;
import dev.ringside.lab.live.Frame;
import dev.ringside.lab.live.LatencySummary;
import dev.ringside.lab.live.LiveSetting;
import dev.ringside.lab.live.LiveSettings;
import dev.ringside.lab.live.Notice;
import dev.ringside.lab.live.RequestState;
import dev.ringside.lab.live.RingSnapshot;
import dev.ringside.lab.live.RunState;
import dev.ringside.lab.live.Sample;
import dev.ringside.lab.live.SettingDomain;
import dev.ringside.lab.live.Wish;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The messages that a page gets, a JSON object each, told apart by {@code kind}: {@code hello} with
 * what can be set, {@code frame} with what there is to see, {@code problem} with one line of text.
 */
final class FrameJson {
  /** Requests that are sent one by one, at most; a page cannot draw more. */
  private static final int MOST_REQUESTS = 256;

  private static final JsonFactory FACTORY = new JsonFactory();

  private FrameJson() {}

  /** What can be set, for the page's form. */
  static String hello() {
    return object(
        json -> {
          json.writeStringField("kind", "hello");
          json.writeArrayFieldStart("settings");
          for (LiveSetting setting : LiveSetting.values()) {
            setting(json, setting);
          }
          json.writeEndArray();
        });
  }

  private static void setting(JsonGenerator json, LiveSetting setting) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", setting.label());
    json.writeStringField("default", setting.defaultValue());
    json.writeStringField("about", setting.description());
    switch (setting.domain()) {
      case SettingDomain.Words words -> {
        json.writeArrayFieldStart("words");
        for (String word : words.words()) {
          json.writeString(word);
        }
        json.writeEndArray();
      }
      case SettingDomain.Phrase _ -> {}
      // As text: a page's numbers do not hold 64 bits.
      case SettingDomain.Whole whole -> {
        json.writeStringField("least", Long.toString(whole.least()));
        json.writeStringField("most", Long.toString(whole.most()));
        json.writeStringField("unit", whole.unit());
      }
    }
    json.writeEndObject();
  }

  /** One line that says what is wrong. */
  static String problem(String text) {
    return object(
        json -> {
          json.writeStringField("kind", "problem");
          json.writeStringField("text", text);
        });
  }

  /** What there is to see. */
  static String of(Frame frame) {
    RunState state = frame.state();
    return object(
        json -> {
          json.writeStringField("kind", "frame");
          json.writeNumberField("run", frame.run());
          json.writeStringField("phase", frame.phase().label());
          json.writeNumberField("events_per_s", frame.eventsPerSecond());
          json.writeStringField("note", frame.note());
          settings(json, frame.settings());
          json.writeNumberField("event", state.event());
          json.writeNumberField("time_ns", state.timeNs());
          json.writeStringField("hash", state.hash());
          json.writeNumberField("in_flight", state.inFlight());
          json.writeBooleanField("driver_asleep", state.driverAsleep());
          json.writeBooleanField("device_asleep", state.deviceAsleep());
          json.writeFieldName("ring");
          ring(json, state.ring());
          requests(json, state);
          events(json, state);
          counters(json, state.counters());
          latency(json, state.latency());
          notice(json, "last_kick", state.lastKick());
          notice(json, "last_interrupt", state.lastInterrupt());
          samples(json, state);
        });
  }

  private static void settings(JsonGenerator json, LiveSettings settings) throws IOException {
    json.writeObjectFieldStart("settings");
    for (LiveSetting setting : LiveSetting.values()) {
      json.writeStringField(setting.label(), settings.text(setting));
    }
    json.writeEndObject();
  }

  private static void ring(JsonGenerator json, RingSnapshot ring) throws IOException {
    json.writeStartObject();
    switch (ring) {
      case RingSnapshot.Split split -> split(json, split);
      case RingSnapshot.Packed packed -> packed(json, packed);
    }
    json.writeEndObject();
  }

  private static void split(JsonGenerator json, RingSnapshot.Split ring) throws IOException {
    json.writeStringField("layout", "split");
    json.writeNumberField("size", ring.size());
    json.writeBooleanField("event_idx", ring.eventIndex());
    json.writeNumberField("avail_flags", ring.availFlags());
    json.writeNumberField("avail_idx", ring.availIdx());
    json.writeNumberField("used_event", ring.usedEvent());
    json.writeNumberField("used_flags", ring.usedFlags());
    json.writeNumberField("used_idx", ring.usedIdx());
    json.writeNumberField("avail_event", ring.availEvent());
    json.writeNumberField("driver_next", ring.driverNext());
    json.writeNumberField("driver_next_used", ring.driverNextUsed());
    json.writeNumberField("device_next_available", ring.deviceNextAvailable());
    json.writeNumberField("device_next_used", ring.deviceNextUsed());
    json.writeArrayFieldStart("available");
    for (int head : ring.available()) {
      json.writeNumber(head);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("used");
    for (RingSnapshot.UsedElement element : ring.used()) {
      json.writeStartArray();
      json.writeNumber(element.id());
      json.writeNumber(element.length());
      json.writeEndArray();
    }
    json.writeEndArray();
    descriptors(json, ring.descriptors());
  }

  private static void packed(JsonGenerator json, RingSnapshot.Packed ring) throws IOException {
    json.writeStringField("layout", "packed");
    json.writeNumberField("size", ring.size());
    json.writeBooleanField("event_idx", ring.eventIndex());
    json.writeFieldName("driver_event");
    wish(json, ring.driverEvent());
    json.writeFieldName("device_event");
    wish(json, ring.deviceEvent());
    json.writeNumberField("driver_next", ring.driverNext());
    json.writeNumberField("driver_published", ring.driverPublished());
    json.writeNumberField("driver_next_used", ring.driverNextUsed());
    json.writeNumberField("device_next_available", ring.deviceNextAvailable());
    json.writeNumberField("device_next_used", ring.deviceNextUsed());
    descriptors(json, ring.descriptors());
  }

  private static void descriptors(JsonGenerator json, Iterable<RingSnapshot.Descriptor> table)
      throws IOException {
    json.writeArrayFieldStart("descriptors");
    for (RingSnapshot.Descriptor descriptor : table) {
      json.writeStartArray();
      json.writeString(Long.toHexString(descriptor.address()));
      json.writeNumber(descriptor.length());
      json.writeNumber(descriptor.flags());
      json.writeNumber(descriptor.link());
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static void wish(JsonGenerator json, Wish wish) throws IOException {
    json.writeStartObject();
    switch (wish) {
      case Wish.FromIndex(int index) -> json.writeNumberField("index", index);
      case Wish.Always(boolean wanted) -> json.writeBooleanField("wanted", wanted);
      case Wish.Suppression(int flags, int offset, int wrap) -> {
        json.writeNumberField("flags", flags);
        json.writeNumberField("offset", offset);
        json.writeNumberField("wrap", wrap);
      }
    }
    json.writeEndObject();
  }

  private static void requests(JsonGenerator json, RunState state) throws IOException {
    json.writeArrayFieldStart("requests");
    int left = MOST_REQUESTS;
    for (RequestState request : state.requests()) {
      if (left-- == 0) {
        break;
      }
      json.writeStartObject();
      json.writeNumberField("number", request.number());
      json.writeNumberField("head", request.head());
      json.writeStringField("stage", request.stage().label());
      json.writeNumberField("bytes", request.bytes());
      json.writeNumberField("age_ns", state.timeNs() - request.submittedNs());
      json.writeNumberField("in_stage_ns", state.timeNs() - request.sinceNs());
      json.writeNumberField("place", request.place());
      json.writeNumberField("length", request.length());
      json.writeNumberField("used_place", request.usedPlace());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void events(JsonGenerator json, RunState state) throws IOException {
    json.writeArrayFieldStart("recent");
    for (EventLine event : state.recent()) {
      json.writeStartObject();
      json.writeNumberField("event", event.number());
      json.writeNumberField("time_ns", event.timeNs());
      json.writeStringField("who", event.who());
      json.writeStringField("type", event.type().name());
      json.writeNumberField("request", event.request());
      json.writeStringField("words", event.words());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void counters(JsonGenerator json, Counters counters) throws IOException {
    json.writeObjectFieldStart("counters");
    json.writeNumberField("submitted", counters.submitted());
    json.writeNumberField("publications", counters.publications());
    json.writeNumberField("kicks", counters.kicks());
    json.writeNumberField("suppressed_kicks", counters.suppressedKicks());
    json.writeNumberField("interrupts", counters.interrupts());
    json.writeNumberField("suppressed_interrupts", counters.suppressedInterrupts());
    json.writeNumberField("held_interrupts", counters.heldInterrupts());
    json.writeNumberField("completed", counters.completed());
    json.writeNumberField("ring_full", counters.ringFull());
    json.writeNumberField("withdrawn", counters.withdrawn());
    json.writeEndObject();
  }

  private static void latency(JsonGenerator json, LatencySummary latency) throws IOException {
    json.writeObjectFieldStart("latency");
    json.writeNumberField("count", latency.count());
    json.writeNumberField("mean_ns", Math.round(latency.meanNs()));
    json.writeNumberField("p50_ns", latency.p50Ns());
    json.writeNumberField("p99_ns", latency.p99Ns());
    json.writeNumberField("max_ns", latency.maxNs());
    json.writeEndObject();
  }

  private static void notice(JsonGenerator json, String name, @Nullable Notice notice)
      throws IOException {
    if (notice == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    json.writeNumberField("event", notice.event());
    json.writeNumberField("from", notice.from());
    json.writeNumberField("to", notice.to());
    json.writeNumberField("size", notice.size());
    json.writeFieldName("wish");
    wish(json, notice.wish());
    json.writeStringField("outcome", notice.outcome().label());
    json.writeStringField("explanation", notice.explanation());
    json.writeEndObject();
  }

  private static void samples(JsonGenerator json, RunState state) throws IOException {
    json.writeArrayFieldStart("samples");
    for (Sample sample : state.samples()) {
      json.writeStartArray();
      json.writeNumber(sample.timeNs());
      json.writeNumber(Math.round(sample.inFlight() * 100) / 100.0);
      json.writeNumber(Math.round(sample.latencyNs()));
      json.writeNumber(Math.round(sample.kicksPerRequest() * 1e4) / 1e4);
      json.writeNumber(Math.round(sample.interruptsPerRequest() * 1e4) / 1e4);
      json.writeNumber(Math.round(sample.requestsPerSecond()));
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** Writes the fields of one object. */
  @FunctionalInterface
  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }
}
