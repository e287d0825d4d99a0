package dev.ringside.lab.cli;

import dev.ringside.machine.CostModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ringside replay}: a recorded trace through driver and device, at full speed. */
@Command(
    name = "replay",
    description = "Replay a recorded trace through the driver and the device, at full speed.",
    mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "TRACE",
      description =
          "A trace of blktrace (its directory, the name before .blktrace, one file, or a merged"
              + " dump) or a text of blkparse.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path trace;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Where the choices of --faults come from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private final ReplayOptions options = new ReplayOptions(0, CostModel.ZERO);

  @Override
  public Integer call() throws Exception {
    return new ReplaySession("replay", trace, options)
        .run((run, storage) -> run.atFullSpeed(storage, seed));
  }
}
