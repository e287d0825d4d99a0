package dev.ringside.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlkparseTextReaderTest {
  private static final String GOOD =
      "254,16   0        2     0.000492400   198  D  RA 8 + 16 [a b]\n";

  private final Path directory;

  BlkparseTextReaderTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void readsEveryFieldOfALine() throws IOException {
    assertThat(read("  8,0    3       17     2.000000042   350  D FWFSM 10 + 2 [kworker/1:1H]\n"))
        .containsExactly(
            new TraceEvent(
                2_000_000_042L,
                TraceAction.ISSUE,
                TraceOperation.WRITE,
                Set.of(TraceFlag.PREFLUSH, TraceFlag.FUA, TraceFlag.SYNC, TraceFlag.META),
                10,
                1024,
                new DeviceNumber(8, 0),
                3,
                350,
                17,
                "kworker/1:1H"));
  }

  @ParameterizedTest
  @CsvSource({
    "FN [x],          FLUSH",
    "FF [x],          FLUSH",
    "W 8 + 8 [x],     WRITE",
    "DS 0 + 2 [x],    DISCARD",
    "DE 0 + 2 [x],    OTHER",
    "WZ 0 + 2 [x],    OTHER",
    "N [x],           OTHER",
    "RU 8 + 8 [x],    READ",
    "R 36 (00 ff ..) [x], PASSTHROUGH",
  })
  void tellsOperationsApart(String payload, TraceOperation operation) throws IOException {
    assertThat(read("254,16   0        2     0.000492400   198  D  " + payload + "\n"))
        .singleElement()
        .extracting(TraceEvent::operation)
        .isEqualTo(operation);
  }

  @Test
  void stopsAtTheSummaryAndPassesMessagesOver() throws IOException {
    assertThat(
            read(
                GOOD
                    + "254,16   0        0     0.000500000     0  m   N cfq says [hello]\n"
                    + "\n"
                    + "Input file w2.blktrace.0 added\n"
                    + GOOD
                    + "CPU0 (w2):\n Reads Queued:  8,  8KiB\n"))
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "254,16   0        2     0.000492400   198  D  RA 8 + 1",
        "254,16   0        2     0.000492400   198  D  RA 8 + 16 [a",
        "254,16   0        2     0.000492400   198  D  RA 99999999999999999999 + 16 [a]",
        "254,16   0        2     0.000492400   198  D  RA 8 + 9999999999999999999 [a]",
        "254,16   0        2     0.000492400   198  D  QQ 8 + 16 [a]",
        "254,16   0        2     0.0004",
        "something else",
      })
  void aDamagedLineIsNamedByItsNumber(String damaged) {
    assertThatThrownBy(() -> read(GOOD + GOOD + damaged))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("text: line 3: expected ")
        .hasMessageNotContaining("\n");
  }

  private List<TraceEvent> read(String text) throws IOException {
    return RecordedTraces.read(Files.writeString(directory.resolve("text"), text));
  }
}
