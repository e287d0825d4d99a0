package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.kevlar.BatchTime;
import dev.ringside.lab.bench.kevlar.KevlarSuite;
import dev.ringside.lab.bench.kevlar.Measure;
import dev.ringside.lab.bench.kevlar.Published;
import dev.ringside.lab.bench.kevlar.Samples;
import dev.ringside.lab.bench.kevlar.Variant;
import dev.ringside.lab.bench.kevlar.WritebackCurve;
import dev.ringside.machine.CostModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
  private static final String PUBLISHED_LINE =
      "%-15s %12s %12s %12s %12s %15s %12s %12s %14s %7s%n";
  private static final String VARIANT_LINE = "%-15s %12s %12s %14s %14s %7s%n";
  private static final String BATCH_LINE = "%6s %9s %7s %12s %12s %12s %10s %9s %7s %12s%n";

  /** Tasks of a simulated run have nothing to choose that the figures depend on. */
  private static final long SEED = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "Also run the same through system calls in a directory, in turn.")
  private @Nullable Path against;

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

  @Mixin private final JsonLines json = new JsonLines();

  @Override
  public Integer call() throws Exception {
    validate();
    KevlarSuite suite =
        new KevlarSuite(
            warmUps, repetitions, model("--costs", costs), Optional.ofNullable(against));
    CostModel costsOfBatch = model("--batch-costs", batchCosts);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter table =
        json.takesStandardOutput() ? new PrintWriter(PrintWriter.nullWriter()) : out;
    json.write(
        out,
        sink -> {
          for (Variant variant : Variant.values()) {
            KevlarSuite.Result result = suite.measure(variant);
            print(table, variant, result);
            for (Measure measure : Measure.values()) {
              if (!ringside(result, measure).isEmpty()) {
                sink.line(fields -> write(fields, variant, measure, result));
              }
            }
          }
          writeBatches(new WritebackCurve(costsOfBatch, batchTime), table, sink);
        });
    return 0;
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
    if (against != null && !Files.isDirectory(against)) {
      throw new ParameterException(
          spec.commandLine(), "--against: %s is not a directory".formatted(against));
    }
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
      Object[] headings = new Object[PUBLISHED_COLUMNS];
      headings[0] = "";
      for (int i = 0; i < Published.COLUMNS.size(); i++) {
        headings[i + 1] = Published.COLUMNS.get(i).heading();
      }
      headings[6] = "Ringside p50";
      headings[7] = "p99";
      headings[8] = "system calls";
      headings[9] = "ratio";
      out.printf(PUBLISHED_LINE, headings);
    } else {
      out.printf(VARIANT_LINE, "", "Ringside p50", "p99", "system p50", "p99", "ratio");
    }
    for (Measure measure : Measure.values()) {
      Samples ours = ringside(result, measure);
      Samples theirs = system(result, measure);
      if (ours.isEmpty()) {
        continue;
      }
      String middle = text(ours.median(), measure);
      String tail = text(ours.tail(measure.unit()), measure);
      String other = theirs.isEmpty() ? "-" : text(theirs.median(), measure);
      String ratio = theirs.isEmpty() ? "-" : ratio(measure, ours, theirs);
      if (published) {
        Object[] columns = new Object[PUBLISHED_COLUMNS];
        columns[0] = measure;
        for (int i = 0; i < Published.COLUMNS.size(); i++) {
          columns[i + 1] = Published.COLUMNS.get(i).of(measure);
        }
        columns[6] = middle;
        columns[7] = tail;
        columns[8] = other;
        columns[9] = ratio;
        out.printf(PUBLISHED_LINE, columns);
      } else {
        String otherTail = theirs.isEmpty() ? "-" : text(theirs.tail(measure.unit()), measure);
        out.printf(VARIANT_LINE, measure, middle, tail, other, otherTail, ratio);
      }
    }
    out.flush();
  }

  private static final int PUBLISHED_COLUMNS = 10;

  private static String text(double value, Measure measure) {
    return switch (measure.unit()) {
      case BYTES_PER_SECOND -> Quantity.bytes(value) + "/s";
      case NANOSECONDS -> Quantity.nanoseconds(Math.round(value));
    };
  }

  /** How many times as fast as the system calls; above 1 is faster. */
  private static String ratio(Measure measure, Samples ours, Samples theirs) {
    return String.format(Locale.ROOT, "%.2f", speedup(measure, ours, theirs));
  }

  private static double speedup(Measure measure, Samples ours, Samples theirs) {
    return switch (measure.unit()) {
      case BYTES_PER_SECOND -> ours.median() / theirs.median();
      case NANOSECONDS -> theirs.median() / ours.median();
    };
  }

  private static void write(
      JsonGenerator json, Variant variant, Measure measure, KevlarSuite.Result result)
      throws IOException {
    json.writeStringField("variant", variant.toString());
    json.writeStringField("measure", measure.toString());
    String unit =
        switch (measure.unit()) {
          case BYTES_PER_SECOND -> "_bytes_per_second";
          case NANOSECONDS -> "_ns";
        };
    Samples ours = ringside(result, measure);
    Samples theirs = system(result, measure);
    json.writeNumberField("ringside_p50" + unit, ours.median());
    json.writeNumberField("ringside_p99" + unit, ours.tail(measure.unit()));
    if (!theirs.isEmpty()) {
      json.writeNumberField("system_p50" + unit, theirs.median());
      json.writeNumberField("system_p99" + unit, theirs.tail(measure.unit()));
      json.writeNumberField("speedup", speedup(measure, ours, theirs));
    }
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
