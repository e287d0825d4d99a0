package dev.ringside.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlktraceReaderTest {
  private static final int RECORD = 48;

  private final Path directory;

  BlktraceReaderTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void mergesTheProcessorsByTimeAndStartsAtZero() throws IOException {
    new BlktraceBuilder().cpu(0).at(500).read(1, 512).at(900).read(3, 512).writeTo(part(0));
    new BlktraceBuilder().cpu(1).at(700).read(2, 512).at(900).read(4, 512).writeTo(part(1));

    List<TraceEvent> events = RecordedTraces.read(directory);

    assertThat(events).extracting(TraceEvent::sector).containsExactly(1L, 2L, 3L, 4L);
    assertThat(events).extracting(TraceEvent::time).containsExactly(0L, 200L, 400L, 400L);
  }

  @Test
  void sortsAFileThatIsNearlyInOrder() throws IOException {
    new BlktraceBuilder()
        .at(300)
        .read(3, 512)
        .at(100)
        .read(1, 512)
        .at(200)
        .read(2, 512)
        .writeTo(part(0));

    assertThat(RecordedTraces.read(directory))
        .extracting(TraceEvent::sector)
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void refusesAnEventThatComesFarTooLate() throws IOException {
    BlktraceBuilder builder = new BlktraceBuilder().at(1_000_000);
    for (int i = 0; i < 2 * ReorderWindow.SIZE; i++) {
      builder.read(i, 512);
    }
    builder.at(5).read(9, 512).writeTo(part(0));

    assertThatThrownBy(() -> RecordedTraces.read(directory))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("expected time to go on");
  }

  @Test
  void anIdleProcessorsFileMayBeEmpty() throws IOException {
    Files.createFile(part(0));
    new BlktraceBuilder().cpu(1).read(7, 512).writeTo(part(1));

    assertThat(RecordedTraces.read(directory)).hasSize(1);
  }

  @Test
  void partsAreInTheOrderOfNumbersNotOfNames() throws IOException {
    for (int cpu = 0; cpu < 12; cpu++) {
      new BlktraceBuilder().cpu(cpu).at(10).read(cpu, 512).writeTo(part(cpu));
    }

    assertThat(RecordedTraces.read(directory.resolve("t")))
        .extracting(TraceEvent::sector)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8})
  void readsBothVersionsInBothByteOrders(int version) throws IOException {
    List<List<TraceEvent>> read = new ArrayList<>();
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      Path file = directory.resolve(order.toString());
      new BlktraceBuilder()
          .version(version)
          .order(order)
          .process(42, "dd")
          .fuaWrite(0x1_2345_6789L, 4096)
          .discard(8, 512)
          .flush()
          .passthrough(36)
          .nothing()
          .writeTo(file);
      read.add(RecordedTraces.read(file));
    }

    assertThat(read.get(0)).isEqualTo(read.get(1));
    TraceEvent first = read.get(0).getFirst();
    assertThat(first)
        .isEqualTo(
            new TraceEvent(
                0,
                TraceAction.ISSUE,
                TraceOperation.WRITE,
                Set.of(TraceFlag.FUA),
                0x1_2345_6789L,
                4096,
                new DeviceNumber(254, 16),
                0,
                42,
                1,
                "dd"));
    assertThat(read.get(0))
        .extracting(TraceEvent::operation)
        .containsExactly(
            TraceOperation.WRITE,
            TraceOperation.DISCARD,
            TraceOperation.FLUSH,
            TraceOperation.PASSTHROUGH,
            TraceOperation.OTHER);
  }

  @Test
  void aRecordingOfTheOtherByteOrderReadsTheSame() throws IOException {
    for (int cpu = 0; cpu < 2; cpu++) {
      byte[] original = Files.readAllBytes(RecordedTraces.path("w2/w2.blktrace." + cpu));
      Files.write(part(cpu), byteSwapped(original));
    }

    assertThat(RecordedTraces.read(directory))
        .isEqualTo(RecordedTraces.read(RecordedTraces.path("w2")));
  }

  @Test
  void aFileCutInsideARecordSaysWhere() throws IOException {
    byte[] whole = Files.readAllBytes(RecordedTraces.path("w4-dmlogwrites/w4.blktrace.0"));
    Path file = directory.resolve("cut");
    List<Integer> boundaries = boundaries(whole);

    for (int record = 1; record < boundaries.size() - 1; record++) {
      int start = boundaries.get(record);
      for (int kept : new int[] {1, 5, RECORD - 1, boundaries.get(record + 1) - start - 1}) {
        Files.write(file, Arrays.copyOf(whole, start + kept));

        assertThatThrownBy(() -> RecordedTraces.read(file))
            .as("%d bytes of record %d", kept, record)
            .isInstanceOf(TraceFormatException.class)
            .hasMessageStartingWith(file + ": offset " + start + ": expected ")
            .hasMessageEndingWith("but the file ends after " + kept)
            .hasMessageNotContaining("\n");
      }
    }
  }

  @Test
  void aFileCutBetweenRecordsIsAShorterTrace() throws IOException {
    byte[] whole = Files.readAllBytes(RecordedTraces.path("w4-dmlogwrites/w4.blktrace.0"));
    List<TraceEvent> all = RecordedTraces.read(RecordedTraces.path("w4-dmlogwrites/w4.blktrace.0"));
    Path file = directory.resolve("cut");
    List<Integer> boundaries = boundaries(whole);

    for (int boundary : boundaries.subList(10, boundaries.size())) {
      Files.write(file, Arrays.copyOf(whole, boundary));
      List<TraceEvent> events = RecordedTraces.read(file);
      assertThat(events).isEqualTo(all.subList(0, events.size())).isNotEmpty();
    }
  }

  @Test
  void aWrongMagicNumberInTheMiddleSaysWhereAndWhat() throws IOException {
    byte[] bytes = new BlktraceBuilder().read(1, 512).read(2, 512).read(3, 512).toBytes();
    bytes[2 * RECORD + 2] = 0x55;
    Path file = Files.write(directory.resolve("trace"), bytes);

    assertThatThrownBy(() -> RecordedTraces.read(file))
        .isInstanceOf(TraceFormatException.class)
        .hasMessage(
            file + ": offset 96: expected blktrace's magic number 0x656174.., found 0x65557407");
  }

  @Test
  void anUnknownVersionIsRefused() throws IOException {
    Path file = new BlktraceBuilder().version(6).read(1, 512).writeTo(directory.resolve("trace"));

    assertThatThrownBy(() -> RecordedTraces.read(file))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("version 7 or 8, found version 6");
  }

  private Path part(int cpu) {
    return directory.resolve("t.blktrace." + cpu);
  }

  /** Where the records of a little-endian file of version 7 start, and where the last one ends. */
  private static List<Integer> boundaries(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> boundaries = new ArrayList<>(List.of(0));
    int at = 0;
    while (at < bytes.length) {
      at += RECORD + Short.toUnsignedInt(file.getShort(at + 46));
      boundaries.add(at);
    }
    return boundaries;
  }

  /** The same recording from a machine of the other byte order; names have no order. */
  private static byte[] byteSwapped(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer to = ByteBuffer.allocate(bytes.length).order(ByteOrder.BIG_ENDIAN);
    while (from.hasRemaining()) {
      to.putInt(from.getInt()).putInt(from.getInt());
      to.putLong(from.getLong()).putLong(from.getLong());
      for (int field = 24; field < 44; field += Integer.BYTES) {
        to.putInt(from.getInt());
      }
      to.putShort(from.getShort());
      short payload = from.getShort();
      to.putShort(payload);
      for (int i = 0; i < payload; i++) {
        to.put(from.get());
      }
    }
    return to.array();
  }
}
