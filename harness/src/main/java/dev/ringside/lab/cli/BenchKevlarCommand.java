package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.files.ComparedDirectory;
import dev.ringside.lab.bench.files.Samples;
import dev.ringside.lab.bench.files.Unit;
import dev.ringside.lab.bench.kevlar.BatchTime;
import dev.ringside.lab.bench.kevlar.KevlarSuite;
import dev.ringside.lab.bench.kevlar.Measure;
import dev.ringside.lab.bench.kevlar.Published;
import dev.ringside.lab.bench.kevlar.Variant;
import dev.ringside.lab.bench.kevlar.WritebackCurve;
import dev.ringside.machine.CostModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ringside bench kevlar}: the file benchmark of the Kevlar posts, beside what they printed.
 */
@Command(
    name = "kevlar",
    description = {
      "The file benchmark of the Kevlar posts, on Ringside's ext4: what they printed beside what is"
          + " measured here; then variants that say what the figures mean; then the same blocks"
          + " written back with so many requests to a round trip, as the second post does.",
      "The published figures are from other machines. Only figures of one run compare."
    },
    mixinStandardHelpOptions = true)
final class BenchKevlarCommand implements Callable<Integer> {
  private static final String BATCH_LINE = "%6s %9s %7s %12s %12s %12s %10s %9s %7s %12s%n";

  /** Tasks of a simulated run have nothing to choose that the figures depend on. */
  private static final long SEED = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often each variant is run (default: ${DEFAULT-VALUE}).")
  private int repetitions;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      defaultValue = "60",
      description = "Runs before those that count (default: ${DEFAULT-VALUE}).")
  private int warmUps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,2,4,8,16,32,64,128",
      description = "Requests to a round trip, in the last table (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Integer> batches;

  @Option(
      names = "--costs",
      paramLabel = "MODEL",
      defaultValue = "zero",
      description = "What a notification costs in the first tables (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String costs;

  @Option(
      names = "--batch-costs",
      paramLabel = "MODEL",
      defaultValue = "kevlar",
      description = "What it costs in the last table (default: ${DEFAULT-VALUE}, 0.5 ms).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String batchCosts;

  @Option(
      names = "--batch-time",
      paramLabel = "HOW",
      defaultValue = "simulated",
      description =
          "The time of the last table: virtual, in which nothing but round trips takes any, or this"
              + " machine's: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private BatchTime batchTime = BatchTime.SIMULATED;

  @Mixin private final Opponent opponent = new Opponent();

  @Mixin private final JsonLines json = new JsonLines();

  @Override
  public Integer call() throws Exception {
    validate();
    CostModel costsOfPrograms = model("--costs", costs);
    CostModel costsOfBatch = model("--batch-costs", batchCosts);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter table =
        json.takesStandardOutput() ? new PrintWriter(PrintWriter.nullWriter()) : out;
    try (ComparedDirectory against = opponent.open(KevlarSuite.IMAGE_SIZE)) {
      KevlarSuite suite =
          new KevlarSuite(warmUps, repetitions, costsOfPrograms, against.path(), opponent.images());
      json.write(
          out,
          sink -> {
            for (Variant variant : Variant.values()) {
              writeVariant(variant, suite.measure(variant), table, sink);
            }
            writeBatches(new WritebackCurve(costsOfBatch, batchTime), table, sink);
          });
    }
    return 0;
  }

  private static void writeVariant(
      Variant variant, KevlarSuite.Result result, PrintWriter table, Json.Sink sink)
      throws IOException {
    print(table, variant, result);
    for (Measure measure : Measure.values()) {
      Samples ours = ringside(result, measure);
      if (!ours.isEmpty()) {
        sink.line(
            fields -> {
              fields.writeStringField("variant", variant.toString());
              ComparisonText.write(
                  fields, measure.toString(), measure.unit(), ours, system(result, measure));
            });
      }
    }
  }

  private void writeBatches(WritebackCurve curve, PrintWriter table, Json.Sink sink)
      throws IOException {
    table.printf(
        "%n4 MiB written back by fsync, a block to a request, so many to a round trip; %s time;"
            + " costs: %s (%s)",
        curve.time(), curve.costs().toText(), curve.costs().source());
    table.printf("%n%16s%62s%n", "content alone", "new file");
    table.printf(
        BATCH_LINE,
        "batch",
        "requests",
        "trips",
        "time",
        "trips x cost",
        "rate",
        "posts",
        "requests",
        "trips",
        "time");
    for (int batch : batches) {
      WritebackCurve.Row row = curve.measure(batch, SEED);
      WritebackCurve.WriteBack content = row.overwritten();
      WritebackCurve.WriteBack created = row.created();
      table.printf(
          BATCH_LINE,
          batch,
          content.requests(),
          content.trips(),
          Quantity.nanoseconds(content.nanoseconds()),
          Quantity.nanoseconds(curve.law(content.requests(), batch)),
          Quantity.bytes(content.bytesPerSecond()) + "/s",
          WritebackCurve.published(batch).orElse("-"),
          created.requests(),
          created.trips(),
          Quantity.nanoseconds(created.nanoseconds()));
      table.flush();
      sink.line(fields -> write(fields, curve, row));
    }
  }

  private void validate() {
    if (repetitions < 1) {
      throw new ParameterException(spec.commandLine(), "--repetitions: at least 1");
    }
    if (warmUps < 0) {
      throw new ParameterException(spec.commandLine(), "--warm-ups: at least 0");
    }
    for (int batch : batches) {
      if (batch < 1 || batch > WritebackCurve.LARGEST_BATCH) {
        throw new ParameterException(
            spec.commandLine(),
            "--batch: %d is not 1 to %d".formatted(batch, WritebackCurve.LARGEST_BATCH));
      }
    }
    opponent.validate();
  }

  private CostModel model(String option, String text) {
    try {
      return CostModel.parse(text);
    } catch (IllegalArgumentException unknown) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + unknown.getMessage(), unknown);
    }
  }

  private static Samples ringside(KevlarSuite.Result result, Measure measure) {
    return result.ringside().getOrDefault(measure, Samples.NONE);
  }

  private static Samples system(KevlarSuite.Result result, Measure measure) {
    return result.system().getOrDefault(measure, Samples.NONE);
  }

  private static void print(PrintWriter out, Variant variant, KevlarSuite.Result result) {
    out.printf("%n%s%n", variant);
    boolean published = variant == Variant.AS_PUBLISHED;
    if (published) {
      printPublished(out, "", Published::heading, "Ringside p50", "p99", "system calls", "ratio");
    } else {
      ComparisonText.printHeading(out);
    }
    for (Measure measure : Measure.values()) {
      Samples ours = ringside(result, measure);
      Samples theirs = system(result, measure);
      Unit unit = measure.unit();
      if (ours.isEmpty()) {
        continue;
      }
      if (published) {
        printPublished(
            out,
            measure.toString(),
            column -> column.of(measure),
            ComparisonText.median(unit, ours),
            ComparisonText.tail(unit, ours),
            ComparisonText.median(unit, theirs),
            ComparisonText.ratio(unit, ours, theirs));
      } else {
        ComparisonText.print(out, measure.toString(), unit, ours, theirs);
      }
    }
    out.flush();
  }

  /** A line of the first table: what was published, and behind it what is measured. */
  private static void printPublished(
      PrintWriter out, String name, Function<Published, String> published, String... measured) {
    List<String> columns = new ArrayList<>();
    columns.add(name);
    Published.COLUMNS.stream().map(published).forEach(columns::add);
    columns.addAll(List.of(measured));
    out.printf("%-15s %12s %12s %12s %12s %15s %12s %12s %14s %7s%n", columns.toArray());
  }

  private static void write(JsonGenerator json, WritebackCurve curve, WritebackCurve.Row row)
      throws IOException {
    json.writeNumberField("batch", row.batch());
    json.writeStringField("time", curve.time().toString());
    write(json, "content_", row.overwritten());
    json.writeNumberField("content_law_ns", curve.law(row.overwritten().requests(), row.batch()));
    write(json, "new_file_", row.created());
  }

  private static void write(JsonGenerator json, String prefix, WritebackCurve.WriteBack written)
      throws IOException {
    json.writeNumberField(prefix + "requests", written.requests());
    json.writeNumberField(prefix + "trips", written.trips());
    json.writeNumberField(prefix + "time_ns", written.nanoseconds());
    json.writeNumberField(prefix + "bytes_per_second", written.bytesPerSecond());
  }
}
