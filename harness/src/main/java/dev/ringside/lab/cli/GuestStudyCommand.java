package dev.ringside.lab.cli;

import dev.ringside.lab.interop.Counterpart;
import dev.ringside.lab.interop.GuestSettings;
import dev.ringside.lab.interop.GuestStudy;
import dev.ringside.lab.interop.GuestStudy.Counts;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ringside guest study}: what a real guest's workloads do at the ring, beside a recording.
 */
@Command(
    name = "study",
    description = {
      "Run the recorded workloads w1 (a filesystem made, filled and changed) and w2 (sqlite) in a"
          + " Linux guest on Ringside's disk, and count notifications and interrupts, beside those"
          + " that QEMU recorded on its own disk (images/traces/qemu-virtqueue).",
      "The recorded guest was QEMU's virtio-blk-pci with one queue, two processors and a write"
          + " cache."
    },
    mixinStandardHelpOptions = true)
final class GuestStudyCommand implements Callable<Integer> {
  private static final String LINE = "%-9s %-9s %9s %9s %11s %11s %11s%n";

  @Option(
      names = "--guest",
      paramLabel = "GUEST",
      defaultValue = "qemu-pci",
      converter = GuestOptions.CounterpartConverter.class,
      description = "Which guest (default: ${DEFAULT-VALUE}).")
  private Counterpart counterpart = Counterpart.QEMU_PCI;

  @Mixin private final JsonLines json = new JsonLines();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    GuestSettings settings = GuestSettings.of(counterpart).withProcessors(2).withWriteBack();
    List<GuestStudy.Comparison> comparisons;
    try (ScratchFolder folder = ScratchFolder.create()) {
      comparisons = GuestStudy.run(settings, folder.path());
    }
    json.write(
        out,
        sink -> {
          for (GuestStudy.Comparison comparison : comparisons) {
            write(sink, comparison, "ringside", comparison.measured());
            write(sink, comparison, "recorded", comparison.recorded());
          }
        });
    if (!json.takesStandardOutput()) {
      out.printf(
          LINE, "workload", "disk", "requests", "kicks", "interrupts", "kicks/req", "irqs/req");
      for (GuestStudy.Comparison comparison : comparisons) {
        print(out, comparison.workload().toString(), "ringside", comparison.measured());
        print(out, "", "QEMU's", comparison.recorded());
      }
    }
    return 0;
  }

  private static void write(
      Json.Sink sink, GuestStudy.Comparison comparison, String disk, Counts counts)
      throws IOException {
    sink.line(
        line -> {
          line.writeStringField("workload", comparison.workload().toString());
          line.writeStringField("disk", disk);
          line.writeNumberField("requests", counts.requests());
          line.writeNumberField("kicks", counts.kicks());
          line.writeNumberField("interrupts", counts.interrupts());
          line.writeNumberField("kicks_per_request", counts.kicksPerRequest());
          line.writeNumberField("interrupts_per_request", counts.interruptsPerRequest());
        });
  }

  private static void print(PrintWriter out, String workload, String disk, Counts counts) {
    out.printf(
        LINE,
        workload,
        disk,
        counts.requests(),
        counts.kicks(),
        counts.interrupts(),
        String.format(Locale.ROOT, "%.3f", counts.kicksPerRequest()),
        String.format(Locale.ROOT, "%.3f", counts.interruptsPerRequest()));
  }
}
