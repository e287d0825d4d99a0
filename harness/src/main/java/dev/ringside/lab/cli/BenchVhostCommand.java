package dev.ringside.lab.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ringside.driver.BlockDeviceException;
import dev.ringside.lab.bench.CReference;
import dev.ringside.lab.bench.Figure;
import dev.ringside.lab.bench.NullBackend;
import dev.ringside.lab.bench.VhostSuite;
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
import picocli.CommandLine.Spec;

/** {@code ringside bench vhost}: the driver in front of another program's device. */
@Command(
    name = "vhost",
    description = {
      "Random reads of 4 KiB from another program's device, through one queue with EVENT_IDX,"
          + " beside the same in C with interrupts.",
      "Without --device it starts qemu-storage-daemon with a disk that does nothing."
    },
    mixinStandardHelpOptions = true)
final class BenchVhostCommand implements Callable<Integer> {
  private static final int MAX_DEPTH = 256;
  private static final String LINE = "%5s  %-9s %26s %6s %9s %9s %9s%n";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--device",
      paramLabel = "ADDRESS",
      converter = DeviceAddress.Converter.class,
      description = DeviceAddress.DESCRIPTION)
  private @Nullable DeviceAddress device;

  @Option(
      names = "--depth",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,32,128",
      description = "Reads in flight (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Integer> depths;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "2",
      description = "How long each measurement takes (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each figure is measured, in turn (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Mixin private final JsonLines json = new JsonLines();

  @Override
  public Integer call() throws Exception {
    validate();
    if (device != null) {
      run(device.target().socket());
      return 0;
    }
    try (NullBackend backend = NullBackend.start()) {
      run(backend.socket());
    }
    return 0;
  }

  private void validate() {
    require(seconds >= 1, "--seconds: at least 1");
    require(rounds >= 1, "--rounds: at least 1");
    for (int depth : depths) {
      require(
          depth >= 1 && depth <= MAX_DEPTH,
          "--depth: %d is not 1 to %d".formatted(depth, MAX_DEPTH));
    }
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), problem);
    }
  }

  private void run(Path socket) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter table =
        json.takesStandardOutput() ? new PrintWriter(PrintWriter.nullWriter()) : out;
    Path root = Path.of(System.getProperty("ringside.root", "")).toAbsolutePath();
    Optional<CReference> reference = CReference.buildVhost(root);
    VhostSuite suite = new VhostSuite(socket, seconds, rounds, reference);
    table.println("thousand reads of 4 KiB per second: median (least to most)");
    if (reference.isEmpty()) {
      table.println("no C compiler ('cc') on this machine, so the reference is missing");
    }
    table.printf(LINE, "depth", "", "k reads/s", "x C", "per kick", "per intr.", "heap B");
    table.flush();
    try {
      suite.warmUp();
      json.write(
          out,
          sink -> {
            for (int depth : depths) {
              VhostSuite.Row row = suite.measure(depth);
              print(table, row);
              sink.line(fields -> write(fields, row));
            }
          });
    } catch (BlockDeviceException broken) {
      throw new IOException(broken.getMessage(), broken);
    }
  }

  private static void print(PrintWriter out, VhostSuite.Row row) {
    Figure spin = row.spin();
    out.printf(
        Locale.ROOT,
        "%5d  one word there and back: %.0f ns (%.0f-%.0f)%n",
        row.depth(),
        spin.median(),
        spin.least(),
        spin.most());
    if (row.reference() != null) {
      out.printf(LINE, row.depth(), "C", thousands(row.reference()), "1.00", "", "", "");
    }
    row.outcomes()
        .forEach(
            (way, outcome) ->
                out.printf(
                    LINE,
                    row.depth(),
                    nameOf(way),
                    thousands(outcome.rate()),
                    number(row.ratio(way)),
                    number(outcome.readsPerKick()),
                    way == VhostSuite.Way.SPIN ? "-" : number(outcome.readsPerInterrupt()),
                    number(outcome.allocatedBytes())));
    out.flush();
  }

  private static String nameOf(VhostSuite.Way way) {
    return way.name().toLowerCase(Locale.ROOT);
  }

  private static String thousands(Figure rate) {
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f-%.0f)",
        rate.median() / 1000,
        rate.least() / 1000,
        rate.most() / 1000);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static void write(JsonGenerator json, VhostSuite.Row row) throws IOException {
    json.writeNumberField("depth", row.depth());
    json.writeNumberField("spin_ns", row.spin().median());
    if (row.reference() != null) {
      writeRate(json, "reference", row.reference());
    }
    for (VhostSuite.Way way : VhostSuite.Way.values()) {
      VhostSuite.Outcome outcome = row.outcomes().get(way);
      if (outcome != null) {
        String name = nameOf(way);
        writeRate(json, name, outcome.rate());
        if (row.reference() != null) {
          json.writeNumberField(name + "_to_reference", row.ratio(way));
        }
        json.writeNumberField(name + "_reads_per_kick", outcome.readsPerKick());
        if (way != VhostSuite.Way.SPIN) {
          json.writeNumberField(name + "_reads_per_interrupt", outcome.readsPerInterrupt());
        }
        json.writeNumberField(name + "_allocated_bytes", outcome.allocatedBytes());
      }
    }
  }

  private static void writeRate(JsonGenerator json, String name, Figure rate) throws IOException {
    json.writeNumberField(name + "_reads_per_second", rate.median());
    json.writeNumberField(name + "_reads_per_second_min", rate.least());
    json.writeNumberField(name + "_reads_per_second_max", rate.most());
  }
}
