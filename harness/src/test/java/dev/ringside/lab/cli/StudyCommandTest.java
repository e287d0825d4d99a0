package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StudyCommandTest {
  @TempDir Path folder;

  private CommandRun study(Object... arguments) {
    return CommandRun.of(
        Stream.concat(Stream.of("study"), Stream.of(arguments)).toArray(Object[]::new));
  }

  private Path out() {
    return folder.resolve("out");
  }

  private List<String> names(Path where) throws IOException {
    try (Stream<Path> files = Files.list(where)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAFolderOfWhatWasAskedForByFlags() throws IOException {
    CommandRun run =
        study("--vary", "queue-depth=1,2..8x2", "--set", "requests=50", "--out", out());
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("queue-depth").contains("4 points in");
    assertThat(names(out())).contains("points.csv", "points.jsonl", "report.html", "hgrm");
    List<String> csv = Files.readAllLines(out().resolve("points.csv"));
    assertThat(csv).hasSize(5);
    assertThat(csv.getFirst()).startsWith("point,queue-depth,repetition,seed,requests,elapsed_ns,");
    assertThat(csv.getLast()).startsWith("3,8,0,");
    assertThat(Files.readAllLines(out().resolve("points.jsonl")))
        .hasSize(4)
        .allMatch(line -> line.startsWith("{\"experiment\":\"study\"") && line.endsWith("}"));
    assertThat(names(folder)).containsExactly("out");
  }

  @Test
  void theSameSeedGivesTheSameFile() throws IOException {
    Object[] words = {"--vary", "workers=1,3", "--set", "requests=200", "--set", "loop=free"};
    for (String where : List.of("first", "second")) {
      CommandRun run =
          study(
              Stream.concat(
                      Stream.of(words),
                      Stream.of("--seed", "9", "--out", folder.resolve(where).toString()))
                  .toArray());
      assertThat(run.status()).isZero();
    }
    assertThat(Files.readAllBytes(folder.resolve("first/points.csv")))
        .isEqualTo(Files.readAllBytes(folder.resolve("second/points.csv")));
  }

  @Test
  void replacesTheFolderOfAnEarlierStudyAndNoOther() throws IOException {
    assertThat(study("--set", "requests=10", "--out", out()).status()).isZero();
    assertThat(study("--set", "requests=20", "--out", out()).status()).isZero();
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("precious"), "keep");
    CommandRun refused = study("--set", "requests=10", "--out", other);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("is no study's folder");
    assertThat(names(other)).containsExactly("precious");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --vary queue-dept=1,2            | did you mean 'queue-depth'?
          --vary queue-depth               | is not NAME=VALUE
          --vary queue-depth=8..1          | is empty
          --vary queue-depth=1,512         | at queue-depth=512
          --set size=7                     | size:
          --set size=512 --vary size=512,1024 | size is both set and varied
          --set requests=10 --trace 1      | --trace must be 0 to 0
          --set mode=real --trace 0        | cannot be run again
          --set requests=10 --repetitions 0 | repetitions must be
          --seed 7                         | expected an experiment
          """)
  void wrongUsageIsOneLineAndWritesNothing(String words, String problem) throws IOException {
    CommandRun run =
        study(
            Stream.concat(Stream.of(words.split(" ")), Stream.of("--out", out().toString()))
                .toArray());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).singleElement().asString().contains(problem);
    assertThat(names(folder)).isEmpty();
  }

  @Test
  void aRunOfHoursIsAskedFor() {
    CommandRun run = study("--set", "requests=1000000000", "--out", out());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).containsPattern("about [0-9,]+ (minutes|hours); say --yes");
    assertThat(out()).doesNotExist();
  }

  @Test
  void aFileThatIsNoExperimentIsUnusable() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.toml"), "[fixed]\nbathc = 'last'\n");
    CommandRun run = study(file, "--out", out());
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains("bad.toml: no parameter is called 'bathc'; did you mean 'batch'?");
    assertThat(study("nothing-like-it", "--out", out()).status()).isEqualTo(3);
    assertThat(study("--set", "arrival=trace:nowhere", "--out", out()).status()).isEqualTo(3);
  }

  @Test
  void writesTheEventsOfAPointForPerfetto() throws IOException {
    CommandRun run =
        study("--vary", "queue-depth=1,4", "--set", "requests=20", "--trace", 1, "--out", out());
    assertThat(run.status()).isZero();
    assertThat(Files.readString(out().resolve("trace-point-1.json")))
        .contains("traceEvents")
        .endsWith("}");
  }

  @Test
  void severalStudiesGetAFolderEachAndAnIndex() throws IOException {
    CommandRun run =
        study(
            "kevlar",
            "02-batch-size",
            "--set",
            "requests=64",
            "--set",
            "queue-depth=4",
            "--out",
            out());
    assertThat(run.status()).isZero();
    assertThat(names(out())).containsExactly("02-batch-size", "07-kevlar", "index.html");
  }

  @Test
  void listsWhatThereIs() {
    CommandRun run = study("--list");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("queue-depth", "kicks_per_request", "07-kevlar");
  }

  @Test
  void jsonCanGoToStandardOutputAlone() {
    CommandRun run = study("--set", "requests=10", "--json", "-", "--out", out());
    assertThat(run.out().lines()).singleElement().asString().startsWith("{").endsWith("}");
  }

  @Test
  void watchingWithoutATerminalPrintsALineForEachPoint() {
    CommandRun run =
        study("--vary", "queue-depth=1,2", "--set", "requests=10", "--watch", "--out", out());
    assertThat(run.err().lines()).hasSize(2).allMatch(line -> line.contains("kicks/req"));
  }
}
