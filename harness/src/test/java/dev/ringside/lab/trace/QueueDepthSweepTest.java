package dev.ringside.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueDepthSweepTest {
  private static final Path RECORDINGS = RecordedTraces.path("qemu-virtqueue");

  @TempDir private Path directory;

  private static List<QueueDepthSweep.Phase> phases(String recording) throws IOException {
    return QueueDepthSweep.read(RECORDINGS.resolve(recording));
  }

  @ParameterizedTest
  @ValueSource(strings = {"q3a_qdsweep.txt.xz", "q3b_qdsweep.txt.xz"})
  void everyDepthWasRecordedSingleAndBatched(String recording) throws IOException {
    List<QueueDepthSweep.Phase> phases = phases(recording);

    assertThat(phases)
        .extracting(QueueDepthSweep.Phase::queueDepth)
        .containsExactly(1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64);
    assertThat(phases).allSatisfy(phase -> assertThat(phase.requests()).isEqualTo(4000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"q3a_qdsweep.txt.xz", "q3b_qdsweep.txt.xz"})
  void aBatchIsKickedOnceAtDepthsFourToThirtyTwo(String recording) throws IOException {
    assertThat(phases(recording))
        .filteredOn(phase -> phase.batched() && phase.queueDepth() >= 4 && phase.queueDepth() <= 32)
        .hasSize(4)
        .allSatisfy(
            phase -> {
              assertThat(phase.kicks()).isEqualTo(4000 / phase.queueDepth());
              assertThat(phase.requestsPerKick()).containsOnlyKeys(phase.queueDepth());
            });
  }

  @Test
  void thePlugLimitShowsAtDepthSixtyFour() throws IOException {
    QueueDepthSweep.Phase last = phases("q3b_qdsweep.txt.xz").getLast();

    assertThat(last.kicksPerRequest()).isCloseTo(1.0 / 36, within(0.001));
    assertThat(last.requestsPerKick()).containsKey(32);
  }

  @Test
  void everyRequestBelongsToAKick() throws IOException {
    assertThat(phases("q3b_qdsweep.txt.xz"))
        .allSatisfy(
            phase ->
                assertThat(
                        phase.requestsPerKick().entrySet().stream()
                            .mapToLong(one -> one.getKey() * one.getValue())
                            .sum())
                    .isBetween(phase.requests() - phase.queueDepth(), phase.requests()));
  }

  @Test
  void saysWhereAFileIsNoTrace() throws IOException {
    Path file =
        Files.writeString(directory.resolve("log"), "0.000000 virtio_notify_irqfd\nhello\n");

    assertThatThrownBy(() -> QueueDepthSweep.read(file))
        .isInstanceOf(TraceFormatException.class)
        .hasMessage(file + ": line 2: is no event of QEMU's trace");
  }

  @Test
  void saysWhenAnArgumentIsMissing() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("log"), "0.5 virtio_blk_handle_read vdev vdb sector 1\n");

    assertThatThrownBy(() -> QueueDepthSweep.read(file))
        .hasMessage(file + ": line 1: virtio_blk_handle_read has no nsectors");
  }

  @Test
  void refusesARecordingWithoutMarks() throws IOException {
    Path file = Files.writeString(directory.resolve("log"), "0.5 virtqueue_flush vq vq0 count 1\n");

    assertThatThrownBy(() -> QueueDepthSweep.read(file))
        .hasMessage(file + ": has no marks of a sweep over queue depths");
  }
}
