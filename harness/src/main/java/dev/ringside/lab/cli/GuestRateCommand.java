package dev.ringside.lab.cli;

import dev.ringside.lab.interop.Counterpart;
import dev.ringside.lab.interop.GuestRate;
import dev.ringside.lab.interop.GuestSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ringside guest rate}: reads that a guest sees, from Ringside and from a stranger in turn.
 */
@Command(
    name = "rate",
    description =
        "Read 4 KiB at a time past the page cache of a Linux guest, from Ringside's disk and from"
            + " qemu-storage-daemon's in turn, and compare the medians.",
    mixinStandardHelpOptions = true)
final class GuestRateCommand implements Callable<Integer> {
  private static final String LINE = "%-16s %12s %12s %12s%n";

  @Option(
      names = "--guest",
      paramLabel = "GUEST",
      defaultValue = "uml",
      converter = GuestOptions.CounterpartConverter.class,
      description = "Which guest: uml, qemu-pci or qemu-microvm (default: ${DEFAULT-VALUE}).")
  private Counterpart counterpart = Counterpart.UML;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "9",
      description = "How often each disk is read (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--reads",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Reads of each disk in a round, at most 65536 (default: ${DEFAULT-VALUE}).")
  private int reads;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (rounds < 1 || reads < 1 || reads > 65_536) {
      throw new ParameterException(
          spec.commandLine(), "--rounds must be 1 or more, and --reads 1 to 65536");
    }
    PrintWriter out = spec.commandLine().getOut();
    GuestRate.Result result;
    try (ScratchFolder folder = ScratchFolder.create()) {
      result = GuestRate.measure(GuestSettings.of(counterpart), rounds, reads, folder.path());
    }
    json.write(
        out,
        sink -> {
          write(sink, "ringside", result.ringside());
          write(sink, "storage-daemon", result.stranger());
        });
    if (!json.takesStandardOutput()) {
      out.printf(LINE, "reads a second", "median", "least", "most");
      print(out, "ringside", result.ringside());
      print(out, "storage-daemon", result.stranger());
      out.printf(Locale.ROOT, "ringside / storage-daemon: %.2f%n", result.ratio());
    }
    return 0;
  }

  private static void write(Json.Sink sink, String disk, List<Double> rates) throws IOException {
    for (int round = 0; round < rates.size(); round++) {
      int number = round + 1;
      double rate = rates.get(round);
      sink.line(
          line -> {
            line.writeStringField("disk", disk);
            line.writeNumberField("round", number);
            line.writeNumberField("reads_per_second", rate);
          });
    }
  }

  private static void print(PrintWriter out, String disk, List<Double> rates) {
    out.printf(
        LINE,
        disk,
        whole(GuestRate.median(rates)),
        whole(Collections.min(rates)),
        whole(Collections.max(rates)));
  }

  private static String whole(double rate) {
    return String.format(Locale.ROOT, "%,.0f", rate);
  }
}
