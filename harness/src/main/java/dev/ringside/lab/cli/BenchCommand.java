package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.QueueSuite;
import dev.ringside.lab.bench.RingBenchmark;
import dev.ringside.virtio.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  /** What there is to measure. */
  enum Suite {
    /** Requests through the ring, onto a storage that does nothing. */
    QUEUE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String LINE = "%5s  %22s  %22s  %22s  %12s%n";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "SUITE", description = "One of: ${COMPLETION-CANDIDATES}.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Suite suite;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,8,32,128",
      description = "Requests that are published together (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Integer> batches;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "5",
      description = "Seconds to warm up, and seconds to measure (default: ${DEFAULT-VALUE}).")
  private int iterations;

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
    switch (suite) {
      case QUEUE -> queue();
    }
    return 0;
  }

  private void queue() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !json.takesStandardOutput();
    Path jvmOptions =
        Path.of(System.getProperty("ringside.root", "")).resolve("harness/jvm.options");
    QueueSuite queue = new QueueSuite(iterations, transport, jvmOptions.toAbsolutePath());
    if (table) {
      out.println("ns per request: median (least to most); spin is one word there and back");
      out.printf(LINE, "batch", "spin", "closed loop", "pipelined", "heap B/req");
      out.flush();
    }
    json.write(
        out,
        sink -> {
          for (int batch : batches) {
            QueueSuite.Row row = queue.measure(batch);
            if (table) {
              print(out, row);
            }
            sink.line(fields -> writeRow(fields, row));
          }
        });
  }

  private void validate() {
    if (iterations < 1) {
      throw new ParameterException(spec.commandLine(), "--iterations: at least 1");
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
    double allocated = Math.max(row.closed().allocatedBytes(), row.pipelined().allocatedBytes());
    out.printf(
        LINE,
        row.batch(),
        text(row.spin()),
        text(row.closed()),
        text(row.pipelined()),
        String.format(Locale.ROOT, "%.3f", allocated));
    out.flush();
  }

  private static String text(QueueSuite.Figure figure) {
    return String.format(
        Locale.ROOT, "%.1f (%.1f to %.1f)", figure.median(), figure.least(), figure.most());
  }

  private static void writeRow(JsonGenerator json, QueueSuite.Row row) throws IOException {
    json.writeNumberField("batch", row.batch());
    writeFigure(json, "spin", row.spin());
    writeFigure(json, "closed", row.closed());
    writeFigure(json, "pipelined", row.pipelined());
  }

  private static void writeFigure(JsonGenerator json, String name, QueueSuite.Figure figure)
      throws IOException {
    json.writeNumberField(name + "_ns", figure.median());
    json.writeNumberField(name + "_ns_min", figure.least());
    json.writeNumberField(name + "_ns_max", figure.most());
    json.writeNumberField(name + "_allocated_bytes", figure.allocatedBytes());
  }
}
