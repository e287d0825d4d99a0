package dev.ringside.lab.cli;

import dev.ringside.machine.CostModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ringside sim}: the replay in simulated time, which a seed repeats to the last event. */
@Command(
    name = "sim",
    description =
        "Replay a recorded trace in simulated time and print the run hash: same seed, same hash.",
    mixinStandardHelpOptions = true)
final class SimCommand implements Callable<Integer> {
  private static final String DEFAULT_TRACE = "images/traces/w2";

  @Parameters(
      paramLabel = "TRACE",
      arity = "0..1",
      description = "As for replay; without it, the project's own " + DEFAULT_TRACE + ".")
  private @Nullable Path trace;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Where every choice of the simulated machine comes from (default: ${DEFAULT-VALUE}).")
  private long seed;

  // Without workers nothing happens at the same time, and without costs all of it at time 0: then
  // the seed would have nothing to choose.
  @Mixin private final ReplayOptions options = new ReplayOptions(2, CostModel.KVM);

  @Override
  public Integer call() throws Exception {
    if (options.device() != null) {
      throw options.usage(
          "--device: another program's device lives in real time; 'ringside replay' uses it");
    }
    return new ReplaySession("sim", trace == null ? defaultTrace() : trace, options)
        .withSeed(seed)
        .run((run, storage) -> run.simulated(storage, seed));
  }

  /** The launcher says where the project is. */
  private static Path defaultTrace() {
    return Path.of(System.getProperty("ringside.root", "")).resolve(DEFAULT_TRACE);
  }
}
