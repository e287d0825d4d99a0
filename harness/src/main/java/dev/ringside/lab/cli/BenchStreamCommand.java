package dev.ringside.lab.cli;

import dev.ringside.ext4.MountOptions;
import dev.ringside.lab.bench.files.ComparedDirectory;
import dev.ringside.lab.bench.files.FileSuite;
import dev.ringside.machine.CostModel;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside bench stream}: one large file. */
@Command(
    name = "stream",
    description = {
      "Writes one large file in buffers of 128 KiB until fsync has returned, reads it at once, and"
          + " reads it again when nothing is cached, on Ringside's ext4.",
      "The kernel's cache takes all the memory it gets; Ringside's is as large as --page-cache"
          + " says."
    },
    mixinStandardHelpOptions = true)
final class BenchStreamCommand implements Callable<Integer> {
  private static final int LARGEST_FILE = 3072;
  private static final int LARGEST_CACHE = 8192;

  /** Holds the largest file. */
  private static final String IMAGE_SIZE = "4G";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--mib",
      paramLabel = "N",
      defaultValue = "1024",
      description = "Size of the file in MiB (default: ${DEFAULT-VALUE}).")
  private int mebibytes;

  @Option(
      names = "--page-cache",
      paramLabel = "MIB",
      defaultValue = "64",
      description = "Ringside's page cache in MiB (default: ${DEFAULT-VALUE}).")
  private int pageCacheMebibytes;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs that count (default: ${DEFAULT-VALUE}).")
  private int repetitions;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      defaultValue = "2",
      description = "Runs before them (default: ${DEFAULT-VALUE}).")
  private int warmUps;

  @Mixin private final Opponent opponent = new Opponent();

  @Mixin private final JsonLines json = new JsonLines();

  @Override
  public Integer call() throws Exception {
    validate();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter table =
        json.takesStandardOutput() ? new PrintWriter(PrintWriter.nullWriter()) : out;
    try (ComparedDirectory against = opponent.open(IMAGE_SIZE)) {
      FileSuite suite =
          new FileSuite(
              IMAGE_SIZE,
              MountOptions.READ_WRITE.withPageCacheBytes((long) pageCacheMebibytes << 20),
              CostModel.ZERO,
              against.path(),
              opponent.images());
      FileSuite.Result result =
          suite.measure(FileSuite.stream((long) mebibytes << 20), warmUps, repetitions);
      table.printf(
          "a file of %s MiB in buffers of 128 KiB; page cache of Ringside: %s MiB%n",
          Quantity.count(mebibytes), Quantity.count(pageCacheMebibytes));
      ComparisonText.print(table, result);
      json.write(out, sink -> ComparisonText.write(sink, result));
    }
    return 0;
  }

  private void validate() {
    if (mebibytes < 1 || mebibytes > LARGEST_FILE) {
      throw new ParameterException(
          spec.commandLine(), "--mib: %d is not 1 to %d".formatted(mebibytes, LARGEST_FILE));
    }
    if (pageCacheMebibytes < 1 || pageCacheMebibytes > LARGEST_CACHE) {
      throw new ParameterException(
          spec.commandLine(),
          "--page-cache: %d is not 1 to %d".formatted(pageCacheMebibytes, LARGEST_CACHE));
    }
    if (repetitions < 1) {
      throw new ParameterException(spec.commandLine(), "--repetitions: at least 1");
    }
    if (warmUps < 0) {
      throw new ParameterException(spec.commandLine(), "--warm-ups: at least 0");
    }
    opponent.validate();
  }
}
