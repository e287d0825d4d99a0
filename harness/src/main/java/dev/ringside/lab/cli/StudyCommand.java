package dev.ringside.lab.cli;

import dev.ringside.lab.report.ReportIndex;
import dev.ringside.lab.study.Check;
import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.ExperimentException;
import dev.ringside.lab.study.PointResult;
import dev.ringside.lab.study.RunFailedException;
import dev.ringside.lab.study.StudyFolder;
import dev.ringside.lab.study.StudyProgress;
import dev.ringside.lab.study.StudyResult;
import dev.ringside.lab.study.StudyRunner;
import dev.ringside.lab.study.StudyTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringside study}: experiments over ranges of parameters, each into a folder. */
@Command(
    name = "study",
    description =
        "Run experiments on the batching of a virtqueue, and write a folder with the report, the"
            + " points as CSV and JSON lines, and histograms.",
    mixinStandardHelpOptions = true)
final class StudyCommand implements Callable<Integer> {
  /** Longer than this, and somebody should know before. */
  private static final double LONG_SECONDS = 600;

  private static final double SECONDS_PER_MINUTE = 60;
  private static final double MINUTES_PER_HOUR = 60;
  private static final Path DEFAULT_PLACE = Path.of("studies");

  @Mixin private final StudyArguments arguments = new StudyArguments();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "The folder to write; with several experiments, one in it for each (default:"
              + " studies/NAME).")
  private @Nullable Path out;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every point there, too, a JSON object a line; - is standard output.")
  private @Nullable String json;

  @Option(
      names = "--trace",
      paramLabel = "POINT",
      description = "Write the events of this point, too, for Perfetto or chrome://tracing.")
  private @Nullable Integer trace;

  @Option(names = "--watch", description = "Show the points in the terminal as they end.")
  private boolean watch;

  @Option(names = "--yes", description = "Run even when it takes more than ten minutes.")
  private boolean yes;

  @Option(
      names = "--list",
      description = "List the parameters, the metrics and the experiments that there are.")
  private boolean list;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter output = spec.commandLine().getOut();
    if (list) {
      StudyList.print(output);
      return 0;
    }
    List<StudyRunner> runners = new ArrayList<>();
    for (Experiment experiment : arguments.experiments(spec.commandLine())) {
      try {
        runners.add(StudyRunner.of(experiment));
      } catch (ExperimentException unusable) {
        throw arguments.problem(spec.commandLine(), experiment, unusable);
      }
    }
    checkPlaces(runners);
    checkTime(runners);
    return run(runners);
  }

  private void checkPlaces(List<StudyRunner> runners) {
    for (StudyRunner runner : runners) {
      String problem = new StudyFolder(place(runner, runners.size())).problem();
      require(problem.isEmpty(), "--out: " + problem);
      require(
          trace == null || (trace >= 0 && trace < runner.points()),
          "--trace must be 0 to %d, not %d".formatted(runner.points() - 1, trace));
      require(
          trace == null || !runner.isFullSpeed(trace),
          "--trace: a point at full speed cannot be run again; trace one with mode=simulated");
    }
    if (json != null) {
      String problem = new OutputFile(json).problem();
      require(problem.isEmpty(), "--json: " + problem);
    }
  }

  private void checkTime(List<StudyRunner> runners) throws IOException {
    if (yes) {
      return;
    }
    double seconds = 0;
    for (StudyRunner runner : runners) {
      try {
        seconds += runner.estimateSeconds();
      } catch (RunFailedException foundAgain) {
        // The study itself will say so.
      }
    }
    require(
        seconds <= LONG_SECONDS,
        "this takes about %s; say --yes, or vary less".formatted(roughly(seconds)));
  }

  private static String roughly(double seconds) {
    double minutes = seconds / SECONDS_PER_MINUTE;
    return minutes < 2 * MINUTES_PER_HOUR
        ? String.format(Locale.ROOT, "%.0f minutes", minutes)
        : String.format(Locale.ROOT, "%,.0f hours", minutes / MINUTES_PER_HOUR);
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), problem);
    }
  }

  private Path place(StudyRunner runner, int studies) {
    String name = runner.experiment().name();
    if (out == null) {
      return DEFAULT_PLACE.resolve(name);
    }
    return studies == 1 ? out : out.resolve(name);
  }

  private int run(List<StudyRunner> runners) throws IOException {
    boolean quiet = json != null && new OutputFile(json).isStandardOutput();
    List<StudyResult> results = new ArrayList<>();
    int status = 0;
    for (StudyRunner runner : runners) {
      StudyResult result;
      try {
        result = runWatched(runner);
      } catch (RunFailedException failed) {
        PrintWriter errors = spec.commandLine().getErr();
        errors.println(
            "ringside: %s: %s".formatted(runner.experiment().name(), failed.getMessage()));
        errors.flush();
        return OneLineErrors.RUN_FAILED;
      }
      results.add(result);
      Path place = place(runner, runners.size());
      StudyOutput.write(place, runner, result, arguments.command(runner.experiment()), trace);
      if (!quiet) {
        StudySummary.print(spec.commandLine().getOut(), result, place);
      }
      if (!result.points().stream().allMatch(PointResult::obeysAllLaws)
          || !result.checks().stream().allMatch(Check::holds)) {
        status = OneLineErrors.RUN_FAILED;
      }
    }
    if (runners.size() > 1) {
      writeIndex(runners, results);
    }
    if (json != null) {
      new OutputFile(json)
          .write(
              spec.commandLine().getOut(),
              writer -> {
                for (StudyResult result : results) {
                  new StudyTable(result).writeJsonLines(writer);
                }
              });
    }
    return status;
  }

  private void writeIndex(List<StudyRunner> runners, List<StudyResult> results) throws IOException {
    List<ReportIndex.Entry> entries = new ArrayList<>();
    for (StudyResult result : results) {
      entries.add(new ReportIndex.Entry(result.experiment().name(), result));
    }
    Path folder = place(runners.getFirst(), runners.size()).toAbsolutePath().getParent();
    if (folder != null) {
      ReportIndex.write(folder, "Studies of a virtqueue", "", entries);
    }
  }

  private StudyResult runWatched(StudyRunner runner) throws IOException {
    if (watch) {
      return runner.run(new StudyWatch(spec.commandLine().getErr(), runner));
    }
    try (ProgressLine progress = new ProgressLine("study", runner.points())) {
      long[] ended = {0};
      StudyProgress count = result -> progress.reached(++ended[0]);
      return runner.run(count);
    }
  }
}
