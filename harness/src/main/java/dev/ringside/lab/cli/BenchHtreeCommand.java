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

/** {@code ringside bench htree}: many files in one directory. */
@Command(
    name = "htree",
    description = {
      "Creates many empty files in one directory, looks each up in another order, and deletes them,"
          + " on Ringside's ext4. Nothing is synced.",
      "The kernel's caches take all the memory they get; Ringside's is as large as --metadata-cache"
          + " says.",
      "Figures are for each operation."
    },
    mixinStandardHelpOptions = true)
final class BenchHtreeCommand implements Callable<Integer> {
  /** Has inodes for the most files. */
  private static final String IMAGE_SIZE = "4G";

  private static final int MOST_FILES = 200_000;
  private static final int LARGEST_CACHE = 1024;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--files",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many files (default: ${DEFAULT-VALUE}).")
  private int files;

  @Option(
      names = "--metadata-cache",
      paramLabel = "MIB",
      defaultValue = "64",
      description = "Ringside's cache of metadata blocks in MiB (default: ${DEFAULT-VALUE}).")
  private int metadataCacheMebibytes;

  @Option(
      names = "--cached-files",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Inodes and names that Ringside keeps (default: what a mount has, 4,096 and 8,192).")
  private int cachedFiles;

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
          new FileSuite(IMAGE_SIZE, mount(), CostModel.ZERO, against.path(), opponent.images());
      FileSuite.Result result = suite.measure(FileSuite.manyFiles(files), warmUps, repetitions);
      table.printf(
          "%s files in one directory; metadata cache of Ringside: %s MiB%n",
          Quantity.count(files), Quantity.count(metadataCacheMebibytes));
      ComparisonText.print(table, result);
      json.write(out, sink -> ComparisonText.write(sink, result));
    }
    return 0;
  }

  private MountOptions mount() {
    MountOptions mount =
        MountOptions.READ_WRITE.withMetadataCacheBytes((long) metadataCacheMebibytes << 20);
    return cachedFiles == 0
        ? mount
        : mount.withInodeCacheSize(cachedFiles).withNameCacheSize(cachedFiles);
  }

  private void validate() {
    if (files < 1 || files > MOST_FILES) {
      throw new ParameterException(
          spec.commandLine(), "--files: %d is not 1 to %d".formatted(files, MOST_FILES));
    }
    if (cachedFiles < 0 || cachedFiles > 2 * MOST_FILES) {
      throw new ParameterException(
          spec.commandLine(),
          "--cached-files: %d is not 0 to %d".formatted(cachedFiles, 2 * MOST_FILES));
    }
    if (metadataCacheMebibytes < 1 || metadataCacheMebibytes > LARGEST_CACHE) {
      throw new ParameterException(
          spec.commandLine(),
          "--metadata-cache: %d is not 1 to %d".formatted(metadataCacheMebibytes, LARGEST_CACHE));
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
