package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ringside.lab.trace.BlktraceBuilder;
import dev.ringside.lab.trace.RecordedTraces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
  private static final Path W2 = RecordedTraces.path("w2");

  private final Path directory;

  ReplayCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void printsATableThatSaysWhatHappenedAndWhatWasNotKept() {
    CommandRun run = CommandRun.of("replay", W2);

    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("3,523 events, 553 of them issued (blktrace)")
        .contains("553: 13 reads, 324 writes, 216 flushes, 0 discards")
        .contains("1.000 a request: 553 sent")
        .contains("latency     p50 ")
        .contains("recorded times and the dependencies between requests");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spin", "interrupt"})
  void goesOnWithADiskThatGoesWrong(String completion) throws IOException {
    Path plan =
        Files.write(
            directory.resolve("plan"),
            List.of(
                "write every 100: io-error",
                "read nth 2: stuck",
                "flush nth 3: wrong-used-id 65535",
                "flush nth 9: duplicate-used",
                "any nth 50: spurious-interrupt"));
    CommandRun run = CommandRun.of("replay", W2, "--completion", completion, "--faults", plan);

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(1);
    // Three writes, the read that is stuck, and the flush that was answered for another.
    assertThat(run.out())
        .containsPattern("failed +5, the first of them ")
        .contains("553: 13 reads, 324 writes, 216 flushes")
        .contains("fault 1     fired on 3 of 324: write every 100: io-error")
        .contains("fault 2     fired on 1 of 13: read nth 2: stuck")
        .containsPattern("recovered +3 resets of the device");
  }

  @Test
  void theJsonObjectHoldsEveryPromisedField() throws IOException {
    CommandRun run = CommandRun.of("replay", W2, "--batch", 32, "--json", "-");

    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(run.status()).isZero();
    assertThat(json.path("requests").asLong()).isEqualTo(553);
    assertThat(json.path("reads").asLong()).isEqualTo(13);
    assertThat(json.path("writes").asLong()).isEqualTo(324);
    assertThat(json.path("flushes").asLong()).isEqualTo(216);
    assertThat(json.path("kicks_per_request").asDouble()).isEqualTo(18 / 553.0);
    assertThat(json.path("skipped_reasons").isObject()).isTrue();
    assertThat(json.path("timing").asText()).isEqualTo("asap");
    assertThat(json.path("trace").asText()).isEqualTo(W2.toString());
    for (String number :
        List.of(
            "discards",
            "skipped",
            "interrupts_per_request",
            "latency_ns_p50",
            "latency_ns_p90",
            "latency_ns_p99",
            "latency_ns_p99_9",
            "latency_ns_max",
            "kicks_asked",
            "kicks_sent",
            "kicks_suppressed",
            "interrupts",
            "elapsed_ns",
            "requests_per_second",
            "bytes_read",
            "bytes_written",
            "batch",
            "queue_size",
            "workers")) {
      assertThat(json.path(number).isNumber()).as(number).isTrue();
    }
    assertThat(json.path("latency_ns_p99").asLong())
        .isGreaterThanOrEqualTo(json.path("latency_ns_p50").asLong())
        .isPositive();
  }

  @Test
  void aJsonFileReplacesTheOldOneAndTheTableIsPrintedAsWell() throws IOException {
    Path file = Files.writeString(directory.resolve("result.json"), "old");

    CommandRun run = CommandRun.of("replay", W2, "--json", file);

    assertThat(run.out()).contains("553 sent");
    assertThat(new ObjectMapper().readTree(file.toFile()).path("requests").asLong()).isEqualTo(553);
    assertThat(filesIn(directory)).containsExactly(file);
  }

  @Test
  void aFailedRunLeavesTheOldFileAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("result.json"), "old");
    Path image = Files.write(directory.resolve("disk.img"), new byte[4096]);

    CommandRun run = CommandRun.of("replay", W2, "--image", image, "--json", file);

    assertThat(run.status()).isEqualTo(3);
    assertThat(file).hasContent("old");
    assertThat(filesIn(directory)).containsExactlyInAnyOrder(file, image);
  }

  @Test
  void eventsAreOneObjectALine() throws IOException {
    Path file = directory.resolve("events.jsonl");

    CommandRun.of("replay", W2, "--batch", 8, "--events", file);

    List<String> lines = Files.readAllLines(file);
    List<String> submissions = lines.stream().filter(line -> line.contains("\"submit\"")).toList();
    assertThat(submissions).hasSize(553);
    assertThat(lines).filteredOn(line -> line.contains("\"kick\"")).hasSize(70);
    JsonNode first = new ObjectMapper().readTree(submissions.getFirst());
    assertThat(first.path("time_ns").isNumber()).isTrue();
    assertThat(first.path("track").asText()).isEqualTo("driver");
  }

  @Test
  void anImageIsChangedOnlyInPlace() throws IOException {
    Path trace = new BlktraceBuilder().write(1, 512).writeTo(directory.resolve("trace"));
    byte[] blank = new byte[64 * 512];
    Path image = Files.write(directory.resolve("disk.img"), blank);

    assertThat(CommandRun.of("replay", trace, "--image", image).status()).isZero();
    assertThat(Files.readAllBytes(image)).isEqualTo(blank);

    assertThat(CommandRun.of("replay", trace, "--image", image, "--in-place").status()).isZero();
    assertThat(Files.readAllBytes(image)).isNotEqualTo(blank).hasSize(blank.length);
  }

  @ParameterizedTest
  @CsvSource({
    "--queue-size 0,        '--queue-size must be a power of two of 1 to 32768, not 0'",
    "--queue-size 3,        '--queue-size must be a power of two of 1 to 32768, not 3'",
    "--queue-size 65536,    '--queue-size must be a power of two of 1 to 32768, not 65536'",
    "--batch 0,             '--batch must be 1 or more, not 0'",
    "--batch 257,           'a batch of 257 requests, but the queue takes at most 256'",
    "--workers -1,          '--workers must be 0 to 1024, not -1'",
    "--ring round,          '''round'' is not split or packed'",
    "--ring packed --queue-size 0, '--queue-size must be a number of 1 to 32768, not 0'",
    "--merge 17,            '--merge must be 1 to 16, not 17'",
    "--wait adaptive:0,     '''adaptive:0'' is not sleep, poll, adaptive or adaptive:NS'",
    "--wait never,          '''never'' is not sleep, poll, adaptive or adaptive:NS'",
    "'--coalesce 0,5',      '''0,5'' is not off, COUNT,NS or rate:THRESHOLD,NS'",
    "--coalesce rate:5,     '''rate:5'' is not off, COUNT,NS or rate:THRESHOLD,NS'",
    "'--coalesce rate:x,1', '''rate:x,1'' is not off'",
    "--worker-mapping all,  '''all'' is not shared, round-robin or a list of workers'",
    "--worker-mapping 0,    'for each of 1 queues, one of 0 workers, not 0'",
    "--repeat 0,            '--repeat must be 1 or more, not 0'",
    "--batch many,          'many'",
    "--costs free,          '''free'' is none of zero, kvm, '",
    "--service soon,        'is no service model'",
    "--completion never,    '''never'' is not spin, interrupt, delayed'",
    "--transport isa,       '''isa'' is none of mmio, mmio-legacy, pci, pci-intx'",
    "--timing recorded,     '''recorded'' is not asap'",
    "--in-place,            '--in-place needs --image'",
    "--json /no/such/f,     'the directory of /no/such/f does not exist'",
    "--frobnicate,          '--frobnicate'",
  })
  void wrongUsageIsOneLineAndStatusTwo(String options, String expected) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("replay", W2), words(options)).toArray());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("ringside: ").contains(expected).contains("--help");
    assertThat(run.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "replay"})
  void anIncompleteCommandIsWrongUsage(String line) {
    CommandRun run = CommandRun.of(words(line).toArray());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void inputThatCannotBeUsedIsOneLineAndStatusThree() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));
    Path prose = Files.writeString(directory.resolve("prose"), "no trace at all\n");
    Path small = Files.write(directory.resolve("small.img"), new byte[512]);
    Path absent = directory.resolve("absent");

    assertUnusable("expected records of blktrace or text of blkparse, found an empty file", empty);
    assertUnusable("found \"no trace at all\"", prose);
    assertUnusable(absent + ": no such file or directory", absent);
    assertUnusable(absent + ": no such image", W2, "--image", absent);
    assertUnusable("is a directory", W2, "--image", directory);
    assertUnusable("which has 1 sectors", W2, "--image", small);
  }

  private static void assertUnusable(String expected, Object... arguments) {
    CommandRun run =
        CommandRun.of(Stream.concat(Stream.of("replay"), Stream.of(arguments)).toArray());

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("ringside: ").contains(expected);
    assertThat(run.err().lines()).hasSize(1);
  }

  @Test
  void theStackTraceIsShownOnlyWhenAskedFor() {
    Path absent = directory.resolve("absent");

    assertThat(CommandRun.of("replay", absent, "--stacktrace").err())
        .contains("\tat dev.ringside.lab.");
    assertThat(CommandRun.of("--stacktrace", "replay", absent).err())
        .contains("\tat dev.ringside.lab.");
  }

  @Test
  void aTraceThatNeedsAnAbsurdDiskIsRefused() throws IOException {
    Path trace = new BlktraceBuilder().write(1L << 50, 512).writeTo(directory.resolve("trace"));

    CommandRun run = CommandRun.of("replay", trace);

    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("reaches past the end of the largest blank disk");
  }

  @Test
  void helpNamesEveryOptionAndTheExitStatus() {
    CommandRun help = CommandRun.of("replay", "--help");

    assertThat(help.status()).isZero();
    assertThat(help.out())
        .contains(
            "--batch", "--queue-size", "--workers", "--image", "--json", "zero, kvm, ", "--service")
        .contains("--ring", "--in-order", "--no-indirect", "--no-event-idx", "--worker-mapping")
        .contains("--wait", "--coalesce", "--merge");
    assertThat(CommandRun.of("--help").out()).contains("Exit status:", "replay", "sim");
    assertThat(CommandRun.of("--version").out()).startsWith("ringside ");
  }

  private static Stream<String> words(String line) {
    return Stream.of(line.strip().split(" ", -1)).filter(word -> !word.isEmpty());
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
