package dev.ringside.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recorded traces, read from each of their formats and held against each other. */
class RecordedTraceTest {
  private static final Pattern ISSUE_LINE = Pattern.compile("^[0-9, .]+ D +([A-Z]+) ");

  @ParameterizedTest
  @CsvSource({
    "w1, w1/w1, w1/blkparse.txt, 346",
    "w2, w2/w2, w2/blkparse.txt, 553",
    "w4-dmlogwrites, w4-dmlogwrites/w4, w4-dmlogwrites/w4.blkparse.txt, 168",
  })
  void binaryAndTextTellTheSameStory(String folder, String prefix, String text, int issued)
      throws IOException {
    List<TraceEvent> fromBinary = RecordedTraces.read(RecordedTraces.path(prefix));
    List<TraceEvent> fromText = RecordedTraces.read(RecordedTraces.path(text));

    assertThat(comparable(fromBinary)).isEqualTo(comparable(fromText));
    assertThat(issued(fromBinary)).hasSize(issued);
    assertThat(RecordedTraces.read(RecordedTraces.path(folder)))
        .as("a folder is read from its binary files")
        .isEqualTo(fromBinary);
  }

  @ParameterizedTest
  @CsvSource({"w1/w1, w1/blkparse.txt", "w2/w2, w2/blkparse.txt"})
  void countsAreThoseOfTheTextsOwnLetters(String prefix, String text) throws IOException {
    Map<String, Integer> counted = new TreeMap<>();
    for (String line : Files.readAllLines(RecordedTraces.path(text), StandardCharsets.ISO_8859_1)) {
      Matcher issue = ISSUE_LINE.matcher(line);
      if (issue.find()) {
        counted.merge(issue.group(1), 1, Integer::sum);
      }
    }

    Map<String, Integer> read = new TreeMap<>();
    for (TraceEvent event : issued(RecordedTraces.read(RecordedTraces.path(prefix)))) {
      read.merge(letters(event), 1, Integer::sum);
    }
    assertThat(read).isEqualTo(counted).isNotEmpty();
  }

  @Test
  void theSqliteTraceHoldsItsFlushesWritesAndReads() throws IOException {
    List<TraceEvent> issued = issued(RecordedTraces.read(RecordedTraces.path("w2")));

    assertThat(issued).hasSize(553);
    assertThat(issued).filteredOn(e -> e.operation() == TraceOperation.FLUSH).hasSize(216);
    assertThat(issued).filteredOn(e -> e.operation() == TraceOperation.WRITE).hasSize(324);
    assertThat(issued).filteredOn(e -> e.operation() == TraceOperation.READ).hasSize(13);
    assertThat(issued)
        .as("the block layer takes preflush and FUA apart for a disk that has only flush")
        .noneMatch(e -> e.bytes() > 0 && (e.has(TraceFlag.PREFLUSH) || e.has(TraceFlag.FUA)));
  }

  @Test
  void aProcessIsNamedAsBlkparseNamesIt() throws IOException {
    List<TraceEvent> fromBinary = RecordedTraces.read(RecordedTraces.path("w2/w2"));
    List<TraceEvent> fromText = RecordedTraces.read(RecordedTraces.path("w2/blkparse.txt"));

    int named = 0;
    for (int i = 0; i < fromText.size(); i++) {
      if (fromText.get(i).process() != null) {
        assertThat(fromBinary.get(i).process()).isEqualTo(fromText.get(i).process());
        named++;
      }
    }
    assertThat(named).isGreaterThan(2000);
  }

  @ParameterizedTest
  @CsvSource({"w1, w1", "w2, w2", "w4-dmlogwrites, w4"})
  void blkparseReadsTheBinariesAsTheyAreRead(String folder, String name, @TempDir Path directory)
      throws IOException, InterruptedException {
    Blkparse.assumeInstalled();
    Path text = directory.resolve("text");
    Blkparse.run(RecordedTraces.path(folder), text, "-i", name);

    assertThat(comparable(RecordedTraces.read(RecordedTraces.path(folder))))
        .isEqualTo(comparable(RecordedTraces.read(text)))
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"w1, w1", "w2, w2", "w4-dmlogwrites, w4"})
  void aMergedDumpHoldsWhatItsPartsHold(String folder, String name, @TempDir Path directory)
      throws IOException, InterruptedException {
    Blkparse.assumeInstalled();
    Path dump = directory.resolve("merged");
    Blkparse.run(
        RecordedTraces.path(folder), directory.resolve("text"), "-i", name, "-d", dump.toString());

    List<TraceEvent> merged = RecordedTraces.read(dump);

    assertThat(TraceSource.at(dump).format()).isEqualTo(TraceFormat.BLKTRACE);
    assertThat(merged).isEqualTo(RecordedTraces.read(RecordedTraces.path(folder)));
  }

  private static List<TraceEvent> issued(List<TraceEvent> events) {
    return events.stream().filter(event -> event.action() == TraceAction.ISSUE).toList();
  }

  /** What both formats carry: the text leaves out what it does not print for an action. */
  private static List<Compared> comparable(List<TraceEvent> events) {
    List<Compared> compared = new ArrayList<>();
    for (TraceEvent event : events) {
      boolean placed =
          switch (event.action()) {
            case PLUG, UNPLUG, UNPLUG_TIMER, SPLIT -> false;
            default -> event.bytes() > 0;
          };
      compared.add(
          new Compared(
              event.time(),
              event.cpu(),
              event.sequence(),
              event.action(),
              event.operation(),
              event.flags(),
              placed ? event.sector() : 0,
              placed ? event.bytes() : 0,
              event.device(),
              event.pid()));
    }
    return compared;
  }

  private record Compared(
      long time,
      int cpu,
      long sequence,
      TraceAction action,
      TraceOperation operation,
      Set<TraceFlag> flags,
      long sector,
      long bytes,
      DeviceNumber device,
      int pid) {}

  /** The event's operation and flags in blkparse's letters. */
  private static String letters(TraceEvent event) {
    String operation =
        switch (event.operation()) {
          case READ -> "R";
          case WRITE -> "W";
          case DISCARD -> "D";
          case FLUSH, OTHER, PASSTHROUGH -> "N";
        };
    return (event.has(TraceFlag.PREFLUSH) ? "F" : "")
        + operation
        + (event.has(TraceFlag.FUA) ? "F" : "")
        + (event.has(TraceFlag.AHEAD) ? "A" : "")
        + (event.has(TraceFlag.SYNC) ? "S" : "")
        + (event.has(TraceFlag.META) ? "M" : "");
  }
}
