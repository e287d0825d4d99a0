package dev.ringside.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.machine.RandomStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceSourceTest {
  private static final String LINE =
      "254,16   0        2     0.000492400   198  D  RA 8 + 16 [dd]\n";

  private final Path directory;

  TraceSourceTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void goesByContentNotByName() throws IOException {
    Path binary = new BlktraceBuilder().read(1, 512).writeTo(directory.resolve("looks-like.txt"));
    Path text = Files.writeString(directory.resolve("t.blktrace.0"), LINE);

    assertThat(TraceSource.at(binary).format()).isEqualTo(TraceFormat.BLKTRACE);
    assertThat(TraceSource.at(text).format()).isEqualTo(TraceFormat.BLKPARSE_TEXT);
  }

  @Test
  void aFolderWithBinariesAndTextIsReadFromTheBinaries() throws IOException {
    Files.writeString(directory.resolve("a.txt"), LINE);
    Files.writeString(directory.resolve("notes"), "nothing of interest\n");
    Path dump = new BlktraceBuilder().read(1, 512).writeTo(directory.resolve("z.bin"));

    assertThat(TraceSource.at(directory).files()).containsExactly(dump);

    Path part = new BlktraceBuilder().read(1, 512).writeTo(directory.resolve("p.blktrace.0"));
    assertThat(TraceSource.at(directory).files()).containsExactly(part);
  }

  @Test
  void aFolderWithATextOnlyIsReadFromTheText() throws IOException {
    Path text = Files.writeString(directory.resolve("a.txt"), LINE);

    assertThat(TraceSource.at(directory).files()).containsExactly(text);
  }

  @Test
  void twoTracesInAFolderAreToldApartByTheCaller() throws IOException {
    new BlktraceBuilder().read(1, 512).writeTo(directory.resolve("a.blktrace.0"));
    new BlktraceBuilder().read(1, 512).writeTo(directory.resolve("b.blktrace.0"));

    assertThatThrownBy(() -> TraceSource.at(directory))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("found those of a, b; name one, such as " + directory.resolve("a"));
    assertThat(TraceSource.at(directory.resolve("b")).files())
        .containsExactly(directory.resolve("b.blktrace.0"));
  }

  @Test
  void whatIsNoTraceIsRefusedInOneLine() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThatThrownBy(() -> TraceSource.at(empty))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageEndingWith("found an empty file");

    Path prose = Files.writeString(directory.resolve("prose"), "Call me Ishmael.\nSome years\n");
    assertThatThrownBy(() -> TraceSource.at(prose))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageEndingWith("found \"Call me Ishmael.\"");

    assertThatThrownBy(() -> TraceSource.at(directory))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("found neither");
    assertThatThrownBy(() -> TraceSource.at(directory.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void onlyEmptyPartsAreNoTrace() throws IOException {
    Files.createFile(directory.resolve("t.blktrace.0"));
    Files.createFile(directory.resolve("t.blktrace.1"));

    assertThatThrownBy(() -> RecordedTraces.read(directory))
        .isInstanceOf(TraceFormatException.class)
        .hasMessageContaining("found no event");
  }

  @Test
  void garbageNeverBecomesAnythingButAFormatError() throws IOException {
    long seed = 20261120;
    RandomGenerator random = new RandomStreams(seed).stream("garbage");
    byte[] recorded = Files.readAllBytes(RecordedTraces.path("w2/w2.blktrace.0"));
    Path file = directory.resolve("garbage");
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(6000)];
      random.nextBytes(bytes);
      if (round % 2 == 0) {
        // A real trace with a few bytes changed gets further than noise does.
        System.arraycopy(recorded, 0, bytes, 0, bytes.length);
        for (int change = 0; change < 3; change++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      Files.write(file, bytes);
      try {
        RecordedTraces.read(file);
      } catch (TraceFormatException refused) {
        assertThat(refused.getMessage()).doesNotContain("\n").startsWith(file.toString());
      } catch (RuntimeException failure) {
        throw new AssertionError("seed %d, round %d".formatted(seed, round), failure);
      }
    }
  }
}
