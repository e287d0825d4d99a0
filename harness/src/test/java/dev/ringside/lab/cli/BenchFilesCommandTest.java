package dev.ringside.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchFilesCommandTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kevlar | --against        | /no/where | --against: /no/where is neither a directory nor 'loop'
          kevlar | --images         | /no/where | --images: /no/where is not a directory
          kevlar | --batch          | 0         | --batch: 0 is not 1 to 128
          kevlar | --batch-time     | virtual   | --batch-time
          kevlar | --batch-costs    | free      | --batch-costs: 'free' is none of
          htree  | --files          | 0         | --files: 0 is not 1 to 200000
          htree  | --metadata-cache | 0         | --metadata-cache: 0 is not 1 to
          htree  | --repetitions    | 0         | --repetitions: at least 1
          stream | --mib            | 0         | --mib: 0 is not 1 to
          stream | --page-cache     | 0         | --page-cache: 0 is not 1 to
          """)
  void refusesWrongUsageInOneLine(String suite, String option, String value, String why) {
    CommandRun run = CommandRun.of("bench", suite, option, value);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(why);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void manyFilesAreComparedInATableAndInJson() throws IOException {
    Path images = Files.createDirectory(directory.resolve("images"));
    Path json = directory.resolve("figures.json");

    CommandRun run =
        CommandRun.of(
            "bench",
            "htree",
            "--files",
            20,
            "--repetitions",
            1,
            "--warm-ups",
            0,
            "--images",
            images,
            "--against",
            directory,
            "--json",
            json);

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("create  ", "stat, shuffled  ", "delete  ");
    assertThat(Files.readString(json))
        .contains("\"measure\":\"create\"", "\"ringside_p50_ns\":", "\"speedup\":");
    assertThat(images).isEmptyDirectory();
  }
}
