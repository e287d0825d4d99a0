package dev.ringside.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.driver.CompletionPolicy;
import dev.ringside.lab.trace.BlktraceBuilder;
import dev.ringside.lab.trace.RecordedTraces;
import dev.ringside.lab.trace.TraceSource;
import dev.ringside.machine.EventLog;
import dev.ringside.machine.EventType;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays on the machine: driver, ring and device are the ones that everything else uses. */
class ReplayTest {
  private final Path directory;

  ReplayTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @FieldSource("dev.ringside.driver.CompletionPolicy#KINDS")
  void replaysEveryIssuedEventOfTheSqliteTrace(CompletionPolicy completion) throws IOException {
    ReplayReport report =
        ReplayFixture.of(RecordedTraces.path("w2")).completion(completion).atFullSpeed();

    ReplayResult result = report.result();
    assertThat(result.requests()).isEqualTo(553);
    assertThat(result.reads()).isEqualTo(13);
    assertThat(result.writes()).isEqualTo(324);
    assertThat(result.flushes()).isEqualTo(216);
    assertThat(result.failed()).isZero();
    assertThat(result.skipped()).isZero();
    assertThat(result.latencyNs().getTotalCount()).isEqualTo(553);
    // blkparse's own total for this trace: 18 KiB dispatched as reads, 6086 KiB as writes.
    assertThat(result.bytesRead()).isEqualTo(18 * 1024);
    assertThat(result.bytesWritten()).isEqualTo(6086 * 1024);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 32, 256})
  void kicksOnceABatch(int batch) throws IOException {
    ReplayReport report = ReplayFixture.of(RecordedTraces.path("w2")).batch(batch).atFullSpeed();

    assertThat(report.result().requests()).isEqualTo(553);
    assertThat(report.notifications().kicksAsked()).isEqualTo(Math.ceilDiv(553, batch));
    assertThat(report.notifications().kicksSent()).isEqualTo(Math.ceilDiv(553, batch));
  }

  @Test
  void kicksARequestAreOneAtABatchOfOneAndAThirtiethAtThirtyTwo() throws IOException {
    ReplayFixture replay = ReplayFixture.of(RecordedTraces.path("w2"));

    assertThat(replay.batch(1).atFullSpeed().kicksPerRequest()).isEqualTo(1.0);
    assertThat(replay.batch(32).atFullSpeed().kicksPerRequest()).isEqualTo(18 / 553.0);
  }

  @Test
  void batchesAreWholeAcrossTheBlocksThatTheTraceIsReadIn() throws IOException {
    BlktraceBuilder trace = new BlktraceBuilder();
    for (int i = 0; i < 10_000; i++) {
      trace.read(i % 64, 512);
    }

    ReplayReport report = ReplayFixture.of(trace, directory).batch(7).atFullSpeed();

    assertThat(report.result().reads()).isEqualTo(10_000);
    assertThat(report.notifications().kicksAsked()).isEqualTo(Math.ceilDiv(10_000, 7));
  }

  @Test
  void repeatsTheTrace() throws IOException {
    ReplayReport report =
        ReplayFixture.of(RecordedTraces.path("w2")).batch(32).repeat(3).atFullSpeed();

    assertThat(report.result().requests()).isEqualTo(3 * 553);
    assertThat(report.notifications().kicksAsked()).isEqualTo(3L * Math.ceilDiv(553, 32));
  }

  @Test
  void writesSayWhichSectorTheyAreAndWhichRequestWasLast() throws IOException {
    Path image = Files.write(directory.resolve("disk.img"), new byte[64 * 512]);
    BlktraceBuilder trace = new BlktraceBuilder().write(10, 2048).write(12, 512).write(40, 512);

    try (Storage disk = FileStorage.openWritable(image)) {
      ReplayFixture.of(trace, directory).on(disk).atFullSpeed();
    }

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(image)).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, Long> lastWriter = Map.of(10, 1L, 11, 1L, 12, 2L, 13, 1L, 40, 3L);
    for (int sector = 0; sector < 64; sector++) {
      int at = sector * 512;
      boolean written = lastWriter.containsKey(sector);
      assertThat(bytes.getLong(at)).isEqualTo(written ? sector : 0);
      assertThat(bytes.getLong(at + 8)).isEqualTo(lastWriter.getOrDefault(sector, 0L));
      for (int i = 16; i < 512; i++) {
        assertThat(bytes.get(at + i)).isEqualTo(written ? WritePattern.FILL : 0);
      }
    }
  }

  @Test
  void anImageBehindAnOverlayStaysAsItIs() throws IOException {
    byte[] before = new byte[256 * 512];
    before[5] = 7;
    Path image = Files.write(directory.resolve("disk.img"), before);

    try (Storage disk = OverlayStorage.over(FileStorage.openReadOnly(image))) {
      ReplayFixture.of(new BlktraceBuilder().write(0, 4096), directory).on(disk).atFullSpeed();
    }

    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @Test
  void whatCannotBeReplayedIsCountedWithItsReason() throws IOException {
    BlktraceBuilder trace =
        new BlktraceBuilder()
            .read(0, 0)
            .write(0, 0)
            .read(0, 700)
            .passthrough(36)
            .nothing()
            .discard(0, 4096)
            .read(8, 512);
    Path image = Files.write(directory.resolve("disk.img"), new byte[64 * 512]);

    try (Storage disk = FileStorage.openReadOnly(image)) {
      ReplayResult result = ReplayFixture.of(trace, directory).on(disk).atFullSpeed().result();

      assertThat(result.skippedReasons())
          .isEqualTo(
              Map.of(
                  // A read of no bytes has no direction in a binary record.
                  SkipReason.ZERO_LENGTH, 1L,
                  SkipReason.PARTIAL_SECTOR, 1L,
                  SkipReason.PASSTHROUGH, 1L,
                  SkipReason.NO_OPERATION, 2L,
                  SkipReason.NO_DISCARD, 1L));
      assertThat(result.skipped()).isEqualTo(6);
      assertThat(result.requests()).isEqualTo(1);
    }
  }

  @Test
  void aDeviceThatDiscardsIsAskedTo() throws IOException {
    ReplayResult result =
        ReplayFixture.of(RecordedTraces.path("w1")).batch(8).atFullSpeed().result();

    assertThat(result.discards()).isEqualTo(2);
    assertThat(result.skipped()).isZero();
    assertThat(result.failed()).isZero();
  }

  @Test
  void preflushAndFuaBecomeFlushesAroundTheWrite() throws IOException {
    BlktraceBuilder trace =
        new BlktraceBuilder()
            .preflushWrite(0, 512)
            .fuaWrite(8, 512)
            .preflushWrite(16, 0)
            .write(24, 512);

    List<EventLog.Event> submitted =
        ReplayFixture.of(trace, directory).recordingEvents().atFullSpeed().events().stream()
            .filter(event -> event.type() == EventType.SUBMIT)
            .toList();
    ReplayResult result = ReplayFixture.of(trace, directory).atFullSpeed().result();

    assertThat(submitted)
        .extracting(EventLog.Event::second)
        .as("bytes of flush, write, write, flush, flush, write")
        .containsExactly(0L, 512L, 512L, 0L, 0L, 512L);
    assertThat(result.flushes()).isEqualTo(3);
    assertThat(result.writes()).isEqualTo(3);
    assertThat(result.expanded()).isEqualTo(2);
  }

  @Test
  void aRequestThatIsTooLargeIsSplit() throws IOException {
    int bytes = (int) RequestTranslation.MAX_REQUEST_BYTES + 512;
    BlktraceBuilder trace = new BlktraceBuilder().write(3, bytes).read(3, bytes).read(0, 512);

    ReplayResult result = ReplayFixture.of(trace, directory).batch(2).atFullSpeed().result();

    assertThat(result.split()).isEqualTo(2);
    assertThat(result.requests()).isGreaterThanOrEqualTo(5);
    assertThat(result.bytesWritten()).isEqualTo(bytes);
    assertThat(result.bytesRead()).isEqualTo(bytes + 512);
    assertThat(result.failed()).isZero();
  }

  @Test
  void aTraceThatDoesNotFitTheDiskNamesTheEvent() throws IOException {
    Path trace =
        new BlktraceBuilder().read(0, 512).write(60, 4096).writeTo(directory.resolve("trace"));
    TraceSurvey survey = TraceSurvey.of(TraceSource.at(trace));

    assertThat(survey.sectorsNeeded()).isEqualTo(68);
    assertThatThrownBy(() -> survey.requireFits("disk.img", 67))
        .isInstanceOf(UnreplayableTraceException.class)
        .hasMessage(
            trace
                + ": issued event 2, a write of 8 sectors at sector 60, reaches past the end of"
                + " disk.img, which has 67 sectors");
    survey.requireFits("disk.img", 68);
  }

  @Test
  void aPlaceBeyondAnyDiskIsRefused() throws IOException {
    Path trace = new BlktraceBuilder().read(-1L, 512).writeTo(directory.resolve("trace"));

    assertThatThrownBy(() -> TraceSurvey.of(TraceSource.at(trace)))
        .isInstanceOf(UnreplayableTraceException.class)
        .hasMessageContaining("sector 18446744073709551615, is beyond any disk");
  }

  @Test
  void aBatchThatTheQueueDoesNotTakeIsRefused() throws IOException {
    ReplayFixture replay = ReplayFixture.of(RecordedTraces.path("w2")).queueSize(16).batch(17);

    assertThatThrownBy(replay::atFullSpeed)
        .isInstanceOf(BatchTooLargeException.class)
        .hasMessage("a batch of 17 requests, but the queue takes at most 16");
    assertThatThrownBy(() -> replay.simulated(1)).isInstanceOf(BatchTooLargeException.class);
  }

  @Test
  void requestsThatFailAreCountedAndTheFirstIsNamed() throws IOException {
    Path image = Files.write(directory.resolve("disk.img"), new byte[64 * 512]);
    try (Storage disk = FileStorage.openReadOnly(image)) {
      ReplayResult result =
          ReplayFixture.of(
                  new BlktraceBuilder().read(0, 512).write(9, 512).write(7, 512), directory)
              .on(disk)
              .atFullSpeed()
              .result();

      assertThat(result.failed()).isEqualTo(2);
      assertThat(result.firstFailure()).hasValueSatisfying(f -> assertThat(f).contains("sector 9"));
      assertThat(result.bytesWritten()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theSameSeedIsTheSameRun(int workers) throws IOException {
    ReplayFixture replay = ReplayFixture.of(RecordedTraces.path("w2")).batch(8).workers(workers);

    assertThat(replay.simulated(7).runHash())
        .hasValueSatisfying(hash -> assertThat(hash).matches("[0-9a-f]{16}"))
        .isEqualTo(replay.simulated(7).runHash());
  }

  @Test
  void anotherSeedIsAnotherRunAndNotOnlyAnotherHash() throws IOException {
    ReplayFixture replay =
        ReplayFixture.of(RecordedTraces.path("w2")).batch(8).workers(2).recordingEvents();

    ReplayReport one = replay.simulated(7);
    ReplayReport other = replay.simulated(8);
    assertThat(one.events()).isNotEmpty().isEqualTo(replay.simulated(7).events());
    assertThat(one.events()).isNotEqualTo(other.events());
    assertThat(one.runHash()).isNotEqualTo(other.runHash());
  }

  @Test
  void aRunThatLeavesNothingToChanceIsTheSameUnderEverySeed() throws IOException {
    ReplayFixture replay = ReplayFixture.of(RecordedTraces.path("w2")).batch(8).workers(0);

    assertThat(replay.simulated(7).runHash()).isEqualTo(replay.simulated(8).runHash());
  }

  @Test
  void simulatedTimeDoesTheSameRequestsAsFullSpeed() throws IOException {
    ReplayFixture replay =
        ReplayFixture.of(RecordedTraces.path("w1")).batch(4).on(new NullStorage(1 << 20));

    ReplayResult real = replay.atFullSpeed().result();
    ReplayReport simulated = replay.simulated(3);

    assertThat(simulated.result().requests()).isEqualTo(real.requests());
    assertThat(simulated.result().bytesWritten()).isEqualTo(real.bytesWritten());
    assertThat(simulated.notifications().kicksSent()).isEqualTo(Math.ceilDiv(real.requests(), 4));
  }
}
