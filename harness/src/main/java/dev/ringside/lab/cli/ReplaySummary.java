package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.blk.ServiceSettings;
import dev.ringside.fault.FaultCount;
import dev.ringside.lab.bench.RingLayout;
import dev.ringside.lab.replay.FaultReport;
import dev.ringside.lab.replay.Notifications;
import dev.ringside.lab.replay.ReplayReport;
import dev.ringside.lab.replay.ReplayResult;
import dev.ringside.lab.replay.ReplaySettings;
import dev.ringside.lab.replay.SkipReason;
import dev.ringside.lab.replay.TraceSurvey;
import dev.ringside.lab.vm.DriverWords;
import dev.ringside.lab.vm.MachineSettings;
import dev.ringside.lab.vm.ServiceWords;
import dev.ringside.machine.EventLog;
import dev.ringside.virtio.spec.Feature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A finished replay, as a table for a person and as an object for a program.
 *
 * @param command that ran
 * @param trace as given on the command line
 * @param options of the command
 * @param settings that came of them
 * @param survey of the trace
 * @param seed of a simulated run
 * @param report of the run
 */
record ReplaySummary(
    String command,
    Path trace,
    ReplayOptions options,
    ReplaySettings settings,
    TraceSurvey survey,
    OptionalLong seed,
    ReplayReport report) {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  void writeTo(JsonGenerator json) throws IOException {
    ReplayResult result = report.result();
    Notifications notifications = report.notifications();
    MachineSettings machine = settings.machine();
    json.writeStringField("command", command);
    json.writeStringField("trace", trace.toString());
    json.writeStringField("trace_format", survey.source().format().title());
    json.writeNumberField("batch", settings.batch());
    json.writeNumberField("queue_size", machine.driver().queueSize());
    json.writeStringField("ring", ring());
    json.writeBooleanField("in_order", accepts(Feature.IN_ORDER));
    json.writeBooleanField("indirect", accepts(Feature.INDIRECT_DESC));
    json.writeBooleanField("event_idx", accepts(Feature.EVENT_IDX));
    ServiceSettings service = machine.device().service();
    json.writeNumberField("workers", service.workers());
    json.writeStringField("worker_mapping", ServiceWords.of(service.mapping()));
    json.writeStringField("wait", ServiceWords.of(service.waiting()));
    json.writeStringField("coalesce", ServiceWords.of(service.coalescing()));
    json.writeNumberField("merge", service.maxMerge());
    json.writeStringField("timing", options.timing().toString());
    json.writeStringField("completion", DriverWords.of(machine.driver().completion()));
    json.writeStringField("costs", machine.costs().name());
    json.writeNumberField("repeat", settings.repeat());
    if (seed.isPresent()) {
      json.writeNumberField("seed", seed.getAsLong());
    }
    if (report.runHash().isPresent()) {
      json.writeStringField("run_hash", report.runHash().get());
    }
    json.writeNumberField("requests", result.requests());
    json.writeNumberField("reads", result.reads());
    json.writeNumberField("writes", result.writes());
    json.writeNumberField("flushes", result.flushes());
    json.writeNumberField("discards", result.discards());
    json.writeNumberField("failed", result.failed());
    json.writeNumberField("skipped", result.skipped());
    json.writeObjectFieldStart("skipped_reasons");
    for (Map.Entry<SkipReason, Long> reason : skippedReasons().entrySet()) {
      json.writeNumberField(reason.getKey().key(), reason.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("split", result.split());
    json.writeNumberField("expanded", result.expanded());
    json.writeNumberField("bytes_read", result.bytesRead());
    json.writeNumberField("bytes_written", result.bytesWritten());
    json.writeNumberField("elapsed_ns", result.elapsedNs());
    json.writeNumberField("requests_per_second", result.requestsPerSecond());
    json.writeNumberField("bytes_per_second", result.bytesPerSecond());
    Histogram latency = result.latencyNs();
    json.writeNumberField("latency_ns_p50", latency.getValueAtPercentile(50));
    json.writeNumberField("latency_ns_p90", latency.getValueAtPercentile(90));
    json.writeNumberField("latency_ns_p99", latency.getValueAtPercentile(99));
    json.writeNumberField("latency_ns_p99_9", latency.getValueAtPercentile(99.9));
    json.writeNumberField("latency_ns_max", latency.getMaxValue());
    json.writeNumberField("latency_ns_mean", latency.getMean());
    json.writeNumberField("kicks_asked", notifications.kicksAsked());
    json.writeNumberField("kicks_sent", notifications.kicksSent());
    json.writeNumberField("kicks_suppressed", notifications.kicksSuppressed());
    json.writeNumberField("kicks_per_request", report.kicksPerRequest());
    json.writeNumberField("interrupts", notifications.interrupts());
    json.writeNumberField("interrupts_per_request", report.interruptsPerRequest());
    if (report.faults().isPresent()) {
      writeFaults(json, report.faults().get());
    }
  }

  private static void writeFaults(JsonGenerator json, FaultReport faults) throws IOException {
    json.writeNumberField("lost_interrupts", faults.lostInterrupts());
    json.writeNumberField("recoveries", faults.recoveries());
    json.writeArrayFieldStart("faults");
    for (FaultCount rule : faults.rules()) {
      json.writeStartObject();
      json.writeStringField("rule", rule.rule().toString());
      json.writeNumberField("matched", rule.matched());
      json.writeNumberField("fired", rule.fired());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** What happened in the machine, a line an event. */
  void writeEvents(Json.Sink sink) throws IOException {
    for (EventLog.Event event : report.events()) {
      sink.line(json -> writeEvent(json, event));
    }
  }

  private static void writeEvent(JsonGenerator json, EventLog.Event event) throws IOException {
    json.writeNumberField("time_ns", event.time());
    json.writeStringField("track", event.track());
    json.writeStringField("type", event.type().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("first", event.first());
    json.writeNumberField("second", event.second());
  }

  void printTo(PrintWriter out) {
    ReplayResult result = report.result();
    Notifications notifications = report.notifications();
    MachineSettings machine = settings.machine();
    row(
        out,
        "trace",
        "%s: %s events, %s of them issued (%s)"
            .formatted(
                trace,
                Quantity.count(survey.events()),
                Quantity.count(survey.issued()),
                survey.source().format().title()));
    row(
        out,
        "machine",
        "%s queue of %d, %d workers, %s, costs %s: %s"
            .formatted(
                ring(),
                machine.driver().queueSize(),
                machine.device().service().workers(),
                DriverWords.of(machine.driver().completion()),
                machine.costs().name(),
                machine.costs().source()));
    row(out, "features", features());
    row(out, "service", service(machine.device().service()));
    row(
        out,
        "replay",
        "batches of %d, %s timing, %d %s"
            .formatted(
                settings.batch(),
                options.timing(),
                settings.repeat(),
                settings.repeat() == 1 ? "time" : "times"));
    out.println();
    row(
        out,
        "requests",
        "%s: %s reads, %s writes, %s flushes, %s discards"
            .formatted(
                Quantity.count(result.requests()),
                Quantity.count(result.reads()),
                Quantity.count(result.writes()),
                Quantity.count(result.flushes()),
                Quantity.count(result.discards())));
    printExceptions(out, result);
    row(
        out,
        "data",
        "%s read, %s written"
            .formatted(
                Quantity.bytes((double) result.bytesRead()),
                Quantity.bytes((double) result.bytesWritten())));
    row(
        out,
        "throughput",
        "%s requests/s, %s/s, in %s%s"
            .formatted(
                Quantity.count(Math.round(result.requestsPerSecond())),
                Quantity.bytes(result.bytesPerSecond()),
                Quantity.nanoseconds(result.elapsedNs()),
                seed.isPresent() ? " of simulated time" : ""));
    row(out, "latency", latency(result.latencyNs()));
    row(
        out,
        "kicks",
        "%s a request: %s sent, %s suppressed by the device"
            .formatted(
                Quantity.ratio(report.kicksPerRequest()),
                Quantity.count(notifications.kicksSent()),
                Quantity.count(notifications.kicksSuppressed())));
    row(
        out,
        "interrupts",
        "%s a request: %s taken"
            .formatted(
                Quantity.ratio(report.interruptsPerRequest()),
                Quantity.count(notifications.interrupts())));
    report.faults().ifPresent(faults -> printFaults(out, faults));
    if (seed.isPresent()) {
      row(out, "seed", Long.toString(seed.getAsLong()));
    }
    report.runHash().ifPresent(hash -> row(out, "run hash", hash));
    out.println();
    out.println(
        "Submitted as soon as possible: recorded times and the dependencies between requests");
    out.println("are not kept" + (settings.batch() == 1 ? ", only their order." : "."));
    if (survey.devices() > 1) {
      out.printf(
          "The trace is of %d devices; all were replayed onto one disk.%n", survey.devices());
    }
    out.flush();
  }

  private boolean accepts(Feature feature) {
    return feature.isIn(settings.machine().driver().features());
  }

  private String ring() {
    return (accepts(Feature.RING_PACKED) ? RingLayout.PACKED : RingLayout.SPLIT).toString();
  }

  private String features() {
    return Stream.of(Feature.INDIRECT_DESC, Feature.EVENT_IDX, Feature.IN_ORDER)
        .map(feature -> (accepts(feature) ? "" : "no ") + feature)
        .collect(Collectors.joining(", "));
  }

  private static String service(ServiceSettings service) {
    return "workers %s, wait %s, coalesce %s, merge %d"
        .formatted(
            ServiceWords.of(service.mapping()),
            ServiceWords.of(service.waiting()),
            ServiceWords.of(service.coalescing()),
            service.maxMerge());
  }

  private static void printFaults(PrintWriter out, FaultReport faults) {
    for (FaultCount rule : faults.rules()) {
      row(
          out,
          "fault " + rule.number(),
          "fired on %s of %s: %s"
              .formatted(
                  Quantity.count(rule.fired()), Quantity.count(rule.matched()), rule.rule()));
    }
    row(
        out,
        "recovered",
        "%s resets of the device, %s lost interrupts noticed"
            .formatted(
                Quantity.count(faults.recoveries()), Quantity.count(faults.lostInterrupts())));
  }

  private void printExceptions(PrintWriter out, ReplayResult result) {
    if (result.failed() > 0) {
      row(
          out,
          "failed",
          "%s, the first of them %s"
              .formatted(Quantity.count(result.failed()), result.firstFailure().orElse("unknown")));
    }
    if (result.skipped() == 0) {
      row(out, "skipped", "0");
    }
    for (Map.Entry<SkipReason, Long> reason : skippedReasons().entrySet()) {
      row(out, "skipped", Quantity.count(reason.getValue()) + " " + reason.getKey().description());
    }
    if (result.split() > 0) {
      row(out, "split", Quantity.count(result.split()) + " larger than a request can be");
    }
    if (result.expanded() > 0) {
      row(
          out,
          "expanded",
          Quantity.count(result.expanded()) + " writes with preflush or FUA, into write and flush");
    }
  }

  /** In the order of the reasons, so that output does not depend on hashing. */
  private Map<SkipReason, Long> skippedReasons() {
    return new TreeMap<>(report.result().skippedReasons());
  }

  private static String latency(Histogram latency) {
    StringBuilder text = new StringBuilder();
    for (double percentile : PERCENTILES) {
      text.append(
          "p%s %s, "
              .formatted(
                  percentile == Math.rint(percentile)
                      ? Long.toString((long) percentile)
                      : percentile,
                  Quantity.nanoseconds(latency.getValueAtPercentile(percentile))));
    }
    return text + "max " + Quantity.nanoseconds(latency.getMaxValue());
  }

  private static void row(PrintWriter out, String name, String value) {
    out.printf(Locale.ROOT, "%-12s%s%n", name, value);
  }
}
