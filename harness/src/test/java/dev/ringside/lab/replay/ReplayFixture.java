package dev.ringside.lab.replay;

import dev.ringside.driver.CompletionPolicy;
import dev.ringside.lab.trace.BlktraceBuilder;
import dev.ringside.lab.trace.TraceSource;
import dev.ringside.storage.MemoryStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A replay on a real machine, by default of one trace, request by request, on a blank disk. */
final class ReplayFixture {
  private final TraceSurvey survey;
  private ReplaySettings settings = ReplaySettings.DEFAULT;
  private @Nullable Storage storage;

  private ReplayFixture(TraceSurvey survey) {
    this.survey = survey;
  }

  static ReplayFixture of(Path trace) throws IOException {
    return new ReplayFixture(TraceSurvey.of(TraceSource.at(trace)));
  }

  /** Replays these records, by way of a file in {@code directory}. */
  static ReplayFixture of(BlktraceBuilder records, Path directory) throws IOException {
    return of(records.writeTo(directory.resolve("trace")));
  }

  ReplayFixture batch(int requests) {
    settings = settings.withBatch(requests);
    return this;
  }

  ReplayFixture repeat(int times) {
    settings = settings.withRepeat(times);
    return this;
  }

  ReplayFixture workers(int count) {
    settings = settings.withMachine(settings.machine().withWorkers(count));
    return this;
  }

  ReplayFixture queueSize(int size) {
    settings = settings.withMachine(settings.machine().withQueueSize(size));
    return this;
  }

  ReplayFixture completion(CompletionPolicy policy) {
    settings = settings.withMachine(settings.machine().withCompletionPolicy(policy));
    return this;
  }

  ReplayFixture recordingEvents() {
    settings = settings.withRecordedEvents(true);
    return this;
  }

  ReplayFixture on(Storage disk) {
    storage = disk;
    return this;
  }

  ReplayReport atFullSpeed() throws IOException {
    return run().atFullSpeed(disk(), 1);
  }

  ReplayReport simulated(long seed) throws IOException {
    return run().simulated(disk(), seed);
  }

  private ReplayRun run() {
    return new ReplayRun(survey, settings, ReplayProgress.NONE);
  }

  private Storage disk() {
    return storage == null ? MemoryStorage.ofSectors(survey.sectorsNeeded()) : storage;
  }
}
