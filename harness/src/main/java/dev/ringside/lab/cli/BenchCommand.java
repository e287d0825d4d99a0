package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.CReference;
import dev.ringside.lab.bench.EventLogBenchmark;
import dev.ringside.lab.bench.EventSuite;
import dev.ringside.lab.bench.Figure;
import dev.ringside.lab.bench.Loop;
import dev.ringside.lab.bench.QueueSuite;
import dev.ringside.lab.bench.ReadSuite;
import dev.ringside.lab.bench.RingBenchmark;
import dev.ringside.lab.bench.SimSuite;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringside bench}: what parts of the route cost on this machine, with JMH. */
@Command(
    name = "bench",
    description = "Measure what the route costs on this machine, each figure beside a reference.",
    subcommands = {BenchKevlarCommand.class, BenchVhostCommand.class},
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  /** What there is to measure. */
  enum Suite {
    /** Requests through the ring, onto a storage that does nothing, beside the same in C. */
    QUEUE,
    /** Random reads of 4 KiB from a storage in memory, beside the ring and the copy alone. */
    READ,
    /** How fast simulated time runs: requests a second of real time, on one core. */
    SIM,
    /** What noting an event of the route costs, by what becomes of it. */
    EVENTS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String QUEUE_LINE = "%5s  %-9s %20s %20s %20s %20s %6s %6s %9s%n";
  private static final String READ_LINE = "%5s  %20s %20s %20s %20s %6s %9s%n";

  private static final String EVENTS_LINE = "%-10s %20s %20s%n";
  private static final String SIM_LINE = "%-34s %5s %6s %22s %14s%n";

  /** A sample, about as long as a large point of a study. */
  private static final int SIM_REQUESTS = 100_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "SUITE",
      arity = "0..1",
      description =
          "One of: ${COMPLETION-CANDIDATES}; or kevlar or vhost, which have options of their own.")
  private @Nullable Suite suite;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,8,32,128",
      description =
          "Requests that are published together, or in flight (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Integer> batches;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "5",
      description = "Seconds to warm up, and seconds to measure (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each figure is measured, in turn (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--transport",
      paramLabel = "HOW",
      defaultValue = "mmio",
      converter = TransportConverter.class,
      completionCandidates = TransportConverter.Names.class,
      description =
          "How the device is attached: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Transport transport = Transport.MMIO;

  @Mixin private final JsonLines json = new JsonLines();

  @Override
  public Integer call() throws Exception {
    validate();
    if (suite == null) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: 'SUITE'");
    }
    switch (suite) {
      case QUEUE -> queue();
      case READ -> read();
      case SIM -> sim();
      case EVENTS -> events();
    }
    return 0;
  }

  private static Path root() {
    return Path.of(System.getProperty("ringside.root", "")).toAbsolutePath();
  }

  private static Path jvmOptions() {
    return root().resolve("harness/jvm.options");
  }

  private void queue() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !json.takesStandardOutput();
    Optional<CReference> reference = CReference.build(root());
    QueueSuite queue = new QueueSuite(iterations, rounds, transport, jvmOptions(), reference);
    if (table) {
      out.println("ns per request: median (least to most); spin is one word there and back");
      if (reference.isEmpty()) {
        out.println("no C compiler ('cc') on this machine, so the reference is missing");
      }
      out.printf(
          QUEUE_LINE, "batch", "loop", "spin", "C", "split", "packed", "x C", "p/s", "heap B");
      out.flush();
    }
    json.write(
        out,
        sink -> {
          for (Loop loop : Loop.values()) {
            for (int batch : batches) {
              QueueSuite.Row row = queue.measure(batch, loop);
              if (table) {
                print(out, row);
              }
              sink.line(fields -> writeRow(fields, row));
            }
          }
        });
  }

  private void read() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !json.takesStandardOutput();
    ReadSuite suite = new ReadSuite(iterations, rounds, transport, jvmOptions());
    if (table) {
      out.println("ns per read of 4 KiB: median (least to most); closed loop, split ring");
      out.printf(READ_LINE, "batch", "spin", "ring", "copy", "read", "x sum", "heap B");
      out.flush();
    }
    json.write(
        out,
        sink -> {
          for (int batch : batches) {
            ReadSuite.Row row = suite.measure(batch);
            if (table) {
              print(out, row);
            }
            sink.line(fields -> writeRow(fields, row));
          }
        });
  }

  private void events() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !json.takesStandardOutput();
    EventSuite suite = new EventSuite(iterations, rounds, jvmOptions());
    if (table) {
      out.println("ns per event: median (least to most)");
      out.printf(EVENTS_LINE, "log", "each at its time", "eight at one time");
      out.flush();
    }
    json.write(
        out,
        sink -> {
          for (EventLogBenchmark.Kind kind : EventLogBenchmark.Kind.values()) {
            EventSuite.Row row = suite.measure(kind);
            String name = kind.name().toLowerCase(Locale.ROOT);
            if (table) {
              out.printf(EVENTS_LINE, name, text(row.each()), text(row.batch()));
              out.flush();
            }
            sink.line(
                fields -> {
                  fields.writeStringField("log", name);
                  writeFigure(fields, "each", row.each());
                  writeFigure(fields, "batch", row.batch());
                });
          }
        });
  }

  private void sim() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !json.takesStandardOutput();
    SimSuite suite = new SimSuite(iterations, SIM_REQUESTS);
    if (table) {
      out.println("thousand simulated requests per second: median (least to most); closed loop");
      out.printf(SIM_LINE, "costs, service", "depth", "events", "k requests/s", "events/request");
      out.flush();
    }
    json.write(
        out,
        sink -> {
          for (SimSuite.Scenario scenario : SimSuite.Scenario.values()) {
            for (int depth : batches) {
              for (boolean events : new boolean[] {false, true}) {
                SimSuite.Row row = suite.measure(scenario, depth, events);
                if (table) {
                  print(out, row);
                }
                sink.line(fields -> writeRow(fields, row));
              }
            }
          }
          double startNs = suite.measureStart();
          if (table) {
            out.printf(
                Locale.ROOT, "starting and ending a machine takes %.0f us%n", startNs / 1000);
            out.flush();
          }
          sink.line(fields -> fields.writeNumberField("machine_start_ns", startNs));
        });
  }

  private static void print(PrintWriter out, SimSuite.Row row) {
    out.printf(
        SIM_LINE,
        row.scenario(),
        row.depth(),
        row.events() ? "on" : "off",
        String.format(
            Locale.ROOT,
            "%.0f (%.0f-%.0f)",
            row.requestsPerSecond() / 1000,
            row.least() / 1000,
            row.most() / 1000),
        row.events() ? ratio(row.eventsPerRequest()) : "-");
    out.flush();
  }

  private static void writeRow(JsonGenerator json, SimSuite.Row row) throws IOException {
    json.writeStringField("scenario", row.scenario().toString());
    json.writeNumberField("depth", row.depth());
    json.writeBooleanField("events", row.events());
    json.writeNumberField("requests_per_second", row.requestsPerSecond());
    json.writeNumberField("requests_per_second_min", row.least());
    json.writeNumberField("requests_per_second_max", row.most());
    json.writeNumberField("events_per_request", row.eventsPerRequest());
  }

  private void validate() {
    if (iterations < 1) {
      throw new ParameterException(spec.commandLine(), "--iterations: at least 1");
    }
    if (rounds < 1) {
      throw new ParameterException(spec.commandLine(), "--rounds: at least 1");
    }
    for (int batch : batches) {
      if (batch < 1 || batch > RingBenchmark.QUEUE_SIZE) {
        throw new ParameterException(
            spec.commandLine(),
            "--batch: %d is not 1 to %d".formatted(batch, RingBenchmark.QUEUE_SIZE));
      }
    }
  }

  private static void print(PrintWriter out, QueueSuite.Row row) {
    out.printf(
        QUEUE_LINE,
        row.batch(),
        row.loop(),
        text(row.spin()),
        row.reference() == null ? "-" : text(row.reference()),
        text(row.split()),
        text(row.packed()),
        row.reference() == null ? "-" : ratio(row.splitToReference()),
        ratio(row.packedToSplit()),
        heap(Math.max(row.split().allocatedBytes(), row.packed().allocatedBytes())));
    out.flush();
  }

  private static void print(PrintWriter out, ReadSuite.Row row) {
    out.printf(
        READ_LINE,
        row.batch(),
        text(row.spin()),
        text(row.ring()),
        text(row.copy()),
        text(row.read()),
        ratio(row.readToParts()),
        heap(row.read().allocatedBytes()));
    out.flush();
  }

  private static String text(Figure figure) {
    return String.format(
        Locale.ROOT, "%.1f (%.1f-%.1f)", figure.median(), figure.least(), figure.most());
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String heap(double bytes) {
    return String.format(Locale.ROOT, "%.3f", bytes);
  }

  private static void writeRow(JsonGenerator json, QueueSuite.Row row) throws IOException {
    json.writeNumberField("batch", row.batch());
    json.writeStringField("loop", row.loop().toString());
    writeFigure(json, "spin", row.spin());
    if (row.reference() != null) {
      writeFigure(json, "reference", row.reference());
    }
    writeFigure(json, "split", row.split());
    writeFigure(json, "packed", row.packed());
  }

  private static void writeRow(JsonGenerator json, ReadSuite.Row row) throws IOException {
    json.writeNumberField("batch", row.batch());
    writeFigure(json, "spin", row.spin());
    writeFigure(json, "ring", row.ring());
    writeFigure(json, "copy", row.copy());
    writeFigure(json, "read", row.read());
  }

  private static void writeFigure(JsonGenerator json, String name, Figure figure)
      throws IOException {
    json.writeNumberField(name + "_ns", figure.median());
    json.writeNumberField(name + "_ns_min", figure.least());
    json.writeNumberField(name + "_ns_max", figure.most());
    if (!Double.isNaN(figure.allocatedBytes())) {
      json.writeNumberField(name + "_allocated_bytes", figure.allocatedBytes());
    }
  }
}
