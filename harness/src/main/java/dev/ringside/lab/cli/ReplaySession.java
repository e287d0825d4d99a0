package dev.ringside.lab.cli;

import dev.ringside.driver.BlockDeviceException;
import dev.ringside.lab.replay.BatchTooLargeException;
import dev.ringside.lab.replay.ReplayReport;
import dev.ringside.lab.replay.ReplayRun;
import dev.ringside.lab.replay.ReplaySettings;
import dev.ringside.lab.replay.TraceSurvey;
import dev.ringside.lab.replay.UnreplayableTraceException;
import dev.ringside.lab.trace.TraceSource;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** One run of a command that replays: survey the trace, open the disk, run, and report. */
final class ReplaySession {
  /** What a blank disk can have: its map of written sectors takes 32 MiB of heap then. */
  private static final long MAX_BLANK_SECTORS = (256L << 40) / Storage.SECTOR_SIZE;

  private final String command;
  private final Path trace;
  private final ReplayOptions options;
  private final OptionalLong seed;

  ReplaySession(String command, Path trace, ReplayOptions options) {
    this(command, trace, options, OptionalLong.empty());
  }

  private ReplaySession(String command, Path trace, ReplayOptions options, OptionalLong seed) {
    this.command = command;
    this.trace = trace;
    this.options = options;
    this.seed = seed;
  }

  /** The same with the seed of a simulated run, for the report. */
  ReplaySession withSeed(long value) {
    return new ReplaySession(command, trace, options, OptionalLong.of(value));
  }

  /**
   * Does it.
   *
   * @return the exit status
   */
  int run(Pace pace) throws Exception {
    options.validate();
    TraceSurvey survey = TraceSurvey.of(TraceSource.at(trace));
    ReplaySettings settings = options.settings(options.readFaults());
    ReplayReport report;
    try (Storage storage = openStorage(survey);
        ProgressLine progress = new ProgressLine("replay", survey.issued() * settings.repeat())) {
      report = pace.run(new ReplayRun(survey, settings, progress), storage);
    } catch (BlockDeviceException broken) {
      if (options.device() == null) {
        throw broken;
      }
      throw new IOException(broken.getMessage(), broken);
    } catch (BatchTooLargeException tooLarge) {
      throw options.usage("--batch: " + tooLarge.getMessage());
    }
    print(new ReplaySummary(command, trace, options, settings, survey, seed, report));
    return report.result().failed() == 0 ? 0 : OneLineErrors.RUN_FAILED;
  }

  private Storage openStorage(TraceSurvey survey) throws IOException {
    if (options.device() != null) {
      return new NullStorage(survey.sectorsNeeded());
    }
    Path image = options.image();
    if (image == null) {
      if (survey.sectorsNeeded() > MAX_BLANK_SECTORS) {
        survey.requireFits("the largest blank disk", MAX_BLANK_SECTORS);
      }
      return MemoryStorage.ofSectors(survey.sectorsNeeded());
    }
    FileStorage file =
        options.inPlace() ? FileStorage.openWritable(image) : FileStorage.openReadOnly(image);
    try {
      survey.requireFits(image.toString(), file.sectors());
    } catch (UnreplayableTraceException unfit) {
      file.close();
      throw unfit;
    }
    return options.inPlace() ? file : OverlayStorage.over(file);
  }

  private void print(ReplaySummary summary) throws IOException {
    PrintWriter out = options.commandLine().getOut();
    OutputFile events = options.events();
    if (events != null) {
      events.write(out, writer -> Json.lines(writer, summary::writeEvents));
    }
    OutputFile json = options.json();
    if (json != null) {
      json.write(out, writer -> Json.object(writer, summary::writeTo));
    }
    OutputFile ring = options.ring();
    if (ring != null) {
      ring.write(out, writer -> writer.write(summary.report().ring().orElseThrow()));
    }
    boolean taken =
        Stream.of(json, events, ring)
            .anyMatch(output -> output != null && output.isStandardOutput());
    if (!taken) {
      summary.printTo(out);
    }
  }

  /** At full speed or in simulated time. */
  @FunctionalInterface
  interface Pace {
    ReplayReport run(ReplayRun run, Storage storage) throws IOException;
  }
}
