package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.foreign.GuestMeter;
import dev.ringside.lab.foreign.QueueTally;
import dev.ringside.machine.EventSink;
import dev.ringside.virtio.queue.RingViolationException;
import dev.ringside.virtio.vhost.ConnectionObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Says of each guest that is served, when it has gone, what it did. */
final class ServedGuests implements ConnectionObserver {
  private static final double NS_PER_SECOND = 1e9;
  private static final double TAIL = 99;

  private final PrintWriter out;
  private final @Nullable OutputFile json;
  private final int queues;
  private final boolean quiet;
  private volatile GuestMeter meter;
  private int connections;

  /**
   * Nobody is served yet.
   *
   * @param out for people, unless JSON goes there
   * @param json a file to which lines are appended; null for none
   * @param queues of the device
   */
  ServedGuests(PrintWriter out, @Nullable OutputFile json, int queues) {
    this.out = out;
    this.json = json;
    this.queues = queues;
    this.quiet = json != null && json.isStandardOutput();
    this.meter = new GuestMeter(queues);
  }

  /** Where the device's events go. */
  EventSink sink() {
    return (time, track, type, first, second) -> meter.event(time, track, type, first, second);
  }

  /** Tells a person, or nobody when standard output is for JSON. */
  void say(String text) {
    if (!quiet) {
      out.println(text);
      out.flush();
    }
  }

  @Override
  public void opened() {
    connections++;
    meter = new GuestMeter(queues);
    say("connection %d: opened".formatted(connections));
  }

  @Override
  public void refused(String what) {
    say("connection %d: refused %s".formatted(connections, what));
  }

  @Override
  public void broken(RingViolationException violation) {
    say(
        "connection %d: the driver broke a rule, and the device needs a reset: %s"
            .formatted(connections, violation.getMessage()));
  }

  @Override
  public void closed(String why, List<RingCounts> counts) {
    say(
        "connection %d: closed%s"
            .formatted(connections, why.isEmpty() ? "" : " because of " + why));
    List<QueueTally> tallies = meter.tallies();
    boolean headed = false;
    for (RingCounts count : counts) {
      QueueTally tally = tallies.get(count.queue());
      if (tally.requests() > 0 || count.kicks() > 0) {
        if (!headed) {
          say(HEAD);
          headed = true;
        }
        say(row(count, tally));
      }
    }
    writeJson(why, counts, tallies);
  }

  private static final String HEAD =
      "  queue  requests      bytes  kicks/req  req/publish  most  irqs/req  requests/s"
          + "      mean       p50       p99";

  private static String row(RingCounts count, QueueTally tally) {
    Histogram latency = tally.latency();
    return String.format(
        Locale.ROOT,
        "  %5d  %,8d  %9s  %9.4f  %11.2f  %4d  %8.4f  %,10.0f  %8s  %8s  %8s",
        count.queue(),
        tally.requests(),
        Quantity.bytes((double) tally.bytes()),
        ratio(count.kicks(), tally.requests()),
        ratio(tally.published(), tally.batches()),
        tally.largestBatch(),
        ratio(count.interrupts(), tally.requests()),
        tally.requests() * NS_PER_SECOND / (double) Math.max(1, tally.elapsedNs()),
        Quantity.nanoseconds((long) latency.getMean()),
        Quantity.nanoseconds(latency.getValueAtPercentile(50)),
        Quantity.nanoseconds(latency.getValueAtPercentile(TAIL)));
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / (double) whole;
  }

  private void writeJson(String why, List<RingCounts> counts, List<QueueTally> tallies) {
    OutputFile file = json;
    if (file == null) {
      return;
    }
    try {
      StringWriter lines = new StringWriter();
      Json.lines(
          lines,
          sink -> {
            for (RingCounts count : counts) {
              sink.line(fields -> write(fields, why, count, tallies.get(count.queue())));
            }
          });
      if (file.isStandardOutput()) {
        out.print(lines);
        out.flush();
      } else {
        append(Path.of(file.name()), lines.toString());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("writing --json " + file.name(), failure);
    }
  }

  private static void append(Path file, String lines) throws IOException {
    try (Writer writer =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writer.write(lines);
    }
  }

  private void write(JsonGenerator fields, String why, RingCounts count, QueueTally tally)
      throws IOException {
    Histogram latency = tally.latency();
    fields.writeNumberField("connection", connections);
    fields.writeStringField("closed", why);
    fields.writeNumberField("queue", count.queue());
    fields.writeNumberField("requests", tally.requests());
    fields.writeNumberField("data_bytes", tally.bytes());
    fields.writeNumberField("kicks", count.kicks());
    fields.writeNumberField("interrupts", count.interrupts());
    fields.writeNumberField("suppressed_interrupts", tally.suppressedInterrupts());
    fields.writeNumberField("publications", tally.batches());
    fields.writeNumberField("largest_batch", tally.largestBatch());
    fields.writeNumberField("device_sleeps", tally.sleeps());
    fields.writeNumberField("kicks_per_request", ratio(count.kicks(), tally.requests()));
    fields.writeNumberField("requests_per_publication", ratio(tally.published(), tally.batches()));
    fields.writeNumberField("interrupts_per_request", ratio(count.interrupts(), tally.requests()));
    fields.writeNumberField("elapsed_ns", tally.elapsedNs());
    fields.writeNumberField("latency_mean_ns", latency.getMean());
    fields.writeNumberField("latency_p50_ns", latency.getValueAtPercentile(50));
    fields.writeNumberField("latency_p99_ns", latency.getValueAtPercentile(TAIL));
    fields.writeNumberField("latency_max_ns", latency.getMaxValue());
  }
}
