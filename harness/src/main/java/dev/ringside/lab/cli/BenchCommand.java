package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.QueueSuite;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
      names = "--json",
      paramLabel = "FILE",
      description = "Write one line for each batch size; - is standard output.")
  private @Nullable String jsonName;

  @Override
  public Integer call() throws Exception {
    OutputFile json = jsonName == null ? null : new OutputFile(jsonName);
    validate(json);
    switch (suite) {
      case QUEUE -> queue(json);
    }
    return 0;
  }

  private void queue(@Nullable OutputFile json) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = json == null || !json.isStandardOutput();
    Path jvmOptions =
        Path.of(System.getProperty("ringside.root", "")).resolve("harness/jvm.options");
    QueueSuite queue = new QueueSuite(batches, iterations, jvmOptions.toAbsolutePath());
    if (table) {
      out.println("ns per request: median (least to most); spin is one word there and back");
      out.printf(LINE, "batch", "spin", "closed loop", "pipelined", "heap B/req");
      out.flush();
    }
    List<QueueSuite.Row> rows = queue.run(row -> printTo(table ? out : null, row));
    if (json != null) {
      json.write(out, writer -> Json.lines(writer, rows, BenchCommand::writeRow));
    }
  }

  private void validate(@Nullable OutputFile json) {
    if (iterations < 1) {
      throw new ParameterException(spec.commandLine(), "--iterations: at least 1");
    }
    for (int batch : batches) {
      if (batch < 1 || batch > 256) {
        throw new ParameterException(
            spec.commandLine(), "--batch: %d is not 1 to 256".formatted(batch));
      }
    }
    if (json != null && !json.problem().isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--json: " + json.problem());
    }
  }

  private static void printTo(@Nullable PrintWriter out, QueueSuite.Row row) {
    if (out != null) {
      double allocated = Math.max(row.closed().allocatedBytes(), row.pipelined().allocatedBytes());
      out.printf(
          LINE,
          row.batch(),
          text(row.spin()),
          text(row.closed()),
          text(row.pipelined()),
          "%.3f".formatted(allocated));
      out.flush();
    }
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
