package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.lab.bench.files.Figures;
import dev.ringside.lab.bench.files.FileSuite;
import dev.ringside.lab.bench.files.Samples;
import dev.ringside.lab.bench.files.Unit;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** Figures of Ringside beside those of system calls, for people and as JSON. */
final class ComparisonText {
  private static final String LINE = "%-25s %12s %12s %14s %14s %7s%n";
  private static final String NOTHING = "-";

  private ComparisonText() {}

  /** The line above the figures. */
  static void printHeading(PrintWriter out) {
    out.printf(LINE, "", "Ringside p50", "p99", "system p50", "p99", "ratio");
  }

  /** One figure. */
  static void print(PrintWriter out, String name, Unit unit, Samples ours, Samples theirs) {
    out.printf(
        LINE,
        name,
        median(unit, ours),
        tail(unit, ours),
        median(unit, theirs),
        tail(unit, theirs),
        ratio(unit, ours, theirs));
  }

  /** All figures, with the line above. */
  static void print(PrintWriter out, FileSuite.Result result) {
    printHeading(out);
    for (Figures.Figure figure : result.ringside().all()) {
      print(
          out,
          figure.name(),
          figure.unit(),
          figure.samples(),
          result.system().samples(figure.name()));
    }
    out.flush();
  }

  /** The middle of samples; a dash without any. */
  static String median(Unit unit, Samples samples) {
    return samples.isEmpty() ? NOTHING : text(unit, samples.median());
  }

  /** The bad end of samples; a dash without any. */
  static String tail(Unit unit, Samples samples) {
    return samples.isEmpty() ? NOTHING : text(unit, samples.tail(unit));
  }

  private static String text(Unit unit, double value) {
    return switch (unit) {
      case BYTES_PER_SECOND -> Quantity.bytes(value) + "/s";
      case NANOSECONDS -> Quantity.nanoseconds(Math.round(value));
    };
  }

  /** How many times as fast as the system calls, which above 1 is faster. */
  static String ratio(Unit unit, Samples ours, Samples theirs) {
    return theirs.isEmpty()
        ? NOTHING
        : String.format(Locale.ROOT, "%.2f", speedup(unit, ours, theirs));
  }

  private static double speedup(Unit unit, Samples ours, Samples theirs) {
    return switch (unit) {
      case BYTES_PER_SECOND -> ours.median() / theirs.median();
      case NANOSECONDS -> theirs.median() / ours.median();
    };
  }

  /** The fields of one figure. */
  static void write(JsonGenerator json, String name, Unit unit, Samples ours, Samples theirs)
      throws IOException {
    String suffix =
        switch (unit) {
          case BYTES_PER_SECOND -> "_bytes_per_second";
          case NANOSECONDS -> "_ns";
        };
    json.writeStringField("measure", name);
    json.writeNumberField("ringside_p50" + suffix, ours.median());
    json.writeNumberField("ringside_p99" + suffix, ours.tail(unit));
    if (!theirs.isEmpty()) {
      json.writeNumberField("system_p50" + suffix, theirs.median());
      json.writeNumberField("system_p99" + suffix, theirs.tail(unit));
      json.writeNumberField("speedup", speedup(unit, ours, theirs));
    }
  }

  /** A line for each figure. */
  static void write(Json.Sink sink, FileSuite.Result result) throws IOException {
    for (Figures.Figure figure : result.ringside().all()) {
      sink.line(
          json ->
              write(
                  json,
                  figure.name(),
                  figure.unit(),
                  figure.samples(),
                  result.system().samples(figure.name())));
    }
  }
}
